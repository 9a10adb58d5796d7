import { expect, it } from 'vitest';
import { describeServer } from './support/describe-server.ts';
import { refusal } from './support/refusal.ts';

const OWNER = { name: 'Owner', email: 'owner@example.org', password: 'four unrelated words' };

/** Opens the printed link and reads the form's token, as a browser does. */
async function openSetup(link: string) {
  const page = await fetch(link);
  const html = await page.text();
  const value = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? '';
  return {
    cookie: page.headers
      .getSetCookie()
      .map((entry) => entry.split(';')[0])
      .join('; '),
    csrf: value('csrf'),
    token: value('token'),
  };
}

describeServer('The owner', (under) => {
  it('is made once, however many forms are sent at the same moment', async () => {
    const link = under.server.setupLink() ?? '';
    const forms = await Promise.all([openSetup(link), openSetup(link), openSetup(link)]);
    const answers = await Promise.all(
      forms.map(({ cookie, csrf, token }, index) =>
        fetch(`${under.server.url}/setup`, {
          method: 'POST',
          redirect: 'manual',
          headers: { cookie, origin: under.server.url },
          body: new URLSearchParams({ ...OWNER, email: `owner${index}@example.org`, csrf, token }),
        }),
      ),
    );
    expect(answers.map((answer) => answer.status).sort()).toEqual([303, 403, 403]);
    expect(under.server.output()).not.toContain(OWNER.password);
  });

  it('keeps the key that the browser acts with', async () => {
    const { keys } = (await under.admin.get('/keys')).body;
    const own = keys.find((key: { source: string }) => key.source.startsWith('owner-'));
    expect(refusal(await under.admin.delete(`/keys/${own.id}`))).toEqual({ status: 409, code: 'conflict' });
  });
});
