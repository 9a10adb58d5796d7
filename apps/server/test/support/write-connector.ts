import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { aManifest } from './integrations.ts';

const RUNTIME_SDK = fileURLToPath(new URL('../../../../packages/runtime-sdk', import.meta.url));

/** A connector as somebody outside this workspace would write it: a folder with plain JavaScript in it. */
export interface ConnectorFolder {
  /** What `MARFA_CONNECTORS` names. */
  path: string;
  /** The file its processes are started with. */
  entry: string;
  integrationName: string;
  dispose(): Promise<void>;
}

/**
 * Writes a connector into a folder of its own.
 * @param handler source of the handler of manual runs, such as `async (ctx) => ({ ok: true })`.
 * @param changes to a manifest with the manual trigger that takes one setting, `mode`.
 * @param itemEvent source of the handler of item events; `changes` then name the trigger.
 * @param webhook source of the handler of deliveries, in the same way.
 * @param renew source of the renew hook; `changes` then name the webhook trigger.
 * @param head source that runs when the process starts, before the connector is defined.
 */
export async function writeConnector(
  handler: string,
  {
    changes = {},
    head = '',
    itemEvent,
    webhook,
    renew,
  }: {
    changes?: Record<string, unknown>;
    head?: string;
    itemEvent?: string;
    webhook?: string;
    renew?: string;
  } = {},
): Promise<ConnectorFolder> {
  const path = await mkdtemp(join(tmpdir(), 'marfa-connector-'));
  const manifest = aManifest({
    triggers: [{ type: 'manual' }],
    configuration_schema: { mode: { type: 'string', description: 'What to do.' } },
    ...changes,
  });
  const files = {
    'package.json': JSON.stringify({
      name: 'a-test-connector',
      type: 'module',
      exports: { '.': './index.mjs', './local': './local.mjs' },
    }),
    'index.mjs': `export const manifest = ${JSON.stringify(manifest)};\n`,
    'local.mjs': `import { defineConnector } from '@withmarfa/runtime-sdk';
import { runLocal } from '@withmarfa/runtime-sdk/local';
import { manifest } from './index.mjs';
${head}
runLocal(defineConnector({ manifest, manual: ${handler}${itemEvent === undefined ? '' : `, itemEvent: ${itemEvent}`}${webhook === undefined ? '' : `, webhook: ${webhook}`}${renew === undefined ? '' : `, renew: ${renew}`} }));
`,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text);
  await mkdir(join(path, 'node_modules/@withmarfa'), { recursive: true });
  await symlink(RUNTIME_SDK, join(path, 'node_modules/@withmarfa/runtime-sdk'));
  return {
    path,
    entry: join(path, 'local.mjs'),
    integrationName: manifest.name,
    dispose: () => rm(path, { recursive: true, force: true }),
  };
}
