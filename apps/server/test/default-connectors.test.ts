import { expect, it } from 'vitest';
import { describeServer } from './support/describe-server.ts';

describeServer(
  'A server that is told of no connectors',
  (under) => {
    it('brings along those of its own, each ready to be found', async () => {
      const { body } = await under.admin.get('/integrations');
      expect(body.data.map(({ manifest_name }: { manifest_name: string }) => manifest_name).sort()).toEqual([
        'google.calendar',
        'todoist.tasks',
        'withmarfa.github-webhooks',
        'withmarfa.inbox',
        'withmarfa.rss-watcher',
      ]);
    });
  },
  { MARFA_CONNECTORS: '' },
);
