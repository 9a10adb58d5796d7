import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ConnectorMessageSchema } from '@withmarfa/runtime-sdk/host';
import { describe, expect, it } from 'vitest';
import { connector, INTEGRATION_NAME, manifest } from '../src/index.ts';

describe('the manifest', () => {
  it('is complete as it stands', () => {
    expect(connector.integrationName).toBe(INTEGRATION_NAME);
    expect(connector.manifest).toMatchObject(manifest);
    expect(connector.manifest.triggers).toEqual([{ type: 'webhook' }]);
    expect(connector.manifest.webhook_verification).toEqual({ method: 'github' });
  });

  it('is what its process announces', async () => {
    const child = fork(fileURLToPath(new URL('../src/local.ts', import.meta.url)), {
      execArgv: ['--conditions=@withmarfa/source'],
      serialization: 'advanced',
      env: { PATH: process.env.PATH },
    });
    const [raw] = await once(child, 'message');
    expect(ConnectorMessageSchema.parse(raw)).toEqual({ type: 'ready', manifest: connector.manifest });
    const exited = once(child, 'exit');
    child.disconnect();
    expect(await exited).toEqual([0, null]);
  });
});
