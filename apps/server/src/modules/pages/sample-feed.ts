/** Where the bundled feed lies, for trying the RSS Watcher without the internet. */
export const SAMPLE_FEED_PATH = '/samples/feed.xml';

interface SampleEntry {
  slug: string;
  title: string;
  published: string;
  summary: string;
}

const ENTRIES: readonly SampleEntry[] = [
  {
    slug: 'lighthouse',
    title: 'The lighthouse is painted again',
    published: 'Tue, 06 Oct 2026 07:30:00 GMT',
    summary: 'White and red, as on the oldest postcard anyone could find.',
  },
  {
    slug: 'tide-table',
    title: 'How to read a tide table',
    published: 'Mon, 28 Sep 2026 16:00:00 GMT',
    summary: 'Four numbers a day, and why the third is the one to watch.',
  },
  {
    slug: 'ferry',
    title: 'Winter times of the small ferry',
    published: 'Fri, 18 Sep 2026 09:15:00 GMT',
    summary: 'Every two hours from November; on Sundays at ten and at four.',
  },
  {
    slug: 'knots',
    title: 'Five knots and what each is for',
    published: 'Thu, 10 Sep 2026 12:00:00 GMT',
    summary: 'A bowline holds, a reef knot joins, a clove hitch forgives.',
  },
  {
    slug: 'fog',
    title: 'Fog signals, explained',
    published: 'Sat, 29 Aug 2026 05:45:00 GMT',
    summary: 'One long blast every two minutes means: I am under way.',
  },
  {
    slug: 'seals',
    title: 'Seals on the north sandbank',
    published: 'Wed, 19 Aug 2026 18:20:00 GMT',
    summary: 'Keep a hundred metres away and they will keep their place.',
  },
  {
    slug: 'charts',
    title: 'Old charts, new depths',
    published: 'Sun, 02 Aug 2026 11:10:00 GMT',
    summary: 'What a survey of the harbour mouth found after forty years.',
  },
  {
    slug: 'bread',
    title: 'Bread that keeps for a week aboard',
    published: 'Tue, 21 Jul 2026 08:00:00 GMT',
    summary: 'Rye, a little honey, and patience with the crust.',
  },
];

/** @returns an RSS 2.0 feed whose links lead back to this server. */
export function sampleFeed(baseUrl: string): string {
  const items = ENTRIES.map(
    ({ slug, title, published, summary }) => `    <item>
      <title>${title}</title>
      <link>${baseUrl}/samples/feed.xml#${slug}</link>
      <guid isPermaLink="false">marfa-sample-${slug}</guid>
      <pubDate>${published}</pubDate>
      <description>${summary}</description>
    </item>`,
  );
  return `<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0">
  <channel>
    <title>Harbour Notes (sample feed)</title>
    <link>${baseUrl}/samples/feed.xml</link>
    <description>A feed that comes with the server, for trying things out.</description>
${items.join('\n')}
  </channel>
</rss>
`;
}
