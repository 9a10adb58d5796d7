import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const RUNTIME_SDK = fileURLToPath(new URL('../../../runtime-sdk', import.meta.url));

export const WEBHOOK_MANIFEST = {
  name: 'bench.receives',
  version: '1.0.0',
  publisher: 'Bench',
  description: 'Takes deliveries and does nothing with them.',
  manifest_schema_version: '1.2.0',
  direction: 'read',
  target_types: ['core.note'],
  triggers: [{ type: 'webhook' }],
  runtime_compatibility: ['self-hosted'],
  bidirectional_handling: { tombstone_mapping: 'ignore' },
  oauth_requirements: {},
  webhook_verification: { method: 'github' },
};

/** Writes a connector that takes GitHub's deliveries and does nothing. @returns its folder, and a way to remove it. */
export async function writeWebhookConnector(): Promise<{ path: string; dispose(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'marfa-bench-connector-'));
  const local = [
    `import { defineConnector } from '@withmarfa/runtime-sdk';`,
    `import { runLocal } from '@withmarfa/runtime-sdk/local';`,
    `import { manifest } from './index.mjs';`,
    'runLocal(defineConnector({ manifest, webhook: async () => ({ ok: true }) }));',
  ];
  const exports = { '.': './index.mjs', './local': './local.mjs' };
  await writeFile(join(path, 'package.json'), JSON.stringify({ name: 'bench-connector', type: 'module', exports }));
  await writeFile(join(path, 'index.mjs'), `export const manifest = ${JSON.stringify(WEBHOOK_MANIFEST)};\n`);
  await writeFile(join(path, 'local.mjs'), `${local.join('\n')}\n`);
  await mkdir(join(path, 'node_modules/@withmarfa'), { recursive: true });
  await symlink(RUNTIME_SDK, join(path, 'node_modules/@withmarfa/runtime-sdk'));
  return { path, dispose: () => rm(path, { recursive: true, force: true }) };
}
