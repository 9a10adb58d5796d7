import type { RssFeed } from 'feedsmith';

type Media = NonNullable<RssFeed.Item<string>['media']>;

/** Addresses of the pictures that Media RSS elements carry: thumbnails before full pictures. */
export function mediaImages(media: Media | undefined): string[] {
  if (!media) return [];
  const groups = media.groups ?? [];
  const contents = [...(media.contents ?? []), ...groups.flatMap((group) => group.contents ?? [])];
  const thumbnails = [media, ...groups, ...contents].flatMap((holder) => holder.thumbnails ?? []);
  const pictures = contents.filter(({ medium, type }) => medium === 'image' || type?.startsWith('image/'));
  return [...thumbnails, ...pictures].flatMap(({ url }) => url ?? []);
}

/** The text of `media:description`, which video sites write instead of a summary. */
export function mediaDescription(media: Media | undefined): string | undefined {
  return media?.description?.value ?? media?.groups?.find((group) => group.description?.value)?.description?.value;
}
