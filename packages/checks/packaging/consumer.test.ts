import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { repositoryRoot } from '../src/repository.ts';
import { runTool } from '../src/run-tool.ts';
import { anEmptyProject, type EmptyProject } from './an-empty-project.ts';
import { PUBLISHED_PACKAGES } from './published-packages.ts';

const tarballs = inject('tarballs');
const outerNode = process.env.MARFA_TEST_OUTER_NODE;

const AUTHOR = `
  import { CreateItemInputSchema, parseManifest, type IntegrationManifest } from '@withmarfa/shared';
  import { createClient, MarfaApiError } from '@withmarfa/client';
  import { type Verification, verifyWebhook, WEBHOOK_METHODS } from '@withmarfa/webhooks';
  import { signWebhook } from '@withmarfa/webhooks/signing';
  import { defineConnector, readBody } from '@withmarfa/runtime-sdk';
  import { runHandler, RunRequestSchema } from '@withmarfa/runtime-sdk/host';
  import { runLocal } from '@withmarfa/runtime-sdk/local';
  import { manifest as rssManifest } from '@withmarfa/connector-rss-watcher';

  const connector = defineConnector({
    manifest: {
      name: 'acme.tides',
      version: '1.0.0',
      publisher: 'Acme',
      description: 'Tides.',
      direction: 'read',
      target_types: ['core.note'],
      triggers: [{ type: 'manual' }],
      configuration_schema: { url: { type: 'string', description: 'Where.', required: true } },
    },
    manual: async (ctx) => {
      const url: string = ctx.configuration.url;
      const body: Uint8Array = await readBody(await ctx.fetch(url), { maxBytes: 1000 });
      await ctx.marfa.createItem({ type: 'core.note', source_id: 'one', properties: { size: body.length } });
      return { ok: true };
    },
  });
  export const manifests: IntegrationManifest[] = [parseManifest(connector.manifest), parseManifest(rssManifest)];
  export async function titles(): Promise<unknown[]> {
    const client = createClient({ baseUrl: 'https://marfa.example', token: () => 'marfa_k1_x' });
    const found: unknown[] = [];
    for await (const item of client.items.list({ type: 'core.note' })) found.push(item.properties.title);
    return found.filter((title) => !MarfaApiError.is(title));
  }
  export async function isGenuine(request: Request): Promise<Verification> {
    const body = new Uint8Array(await request.arrayBuffer());
    const forged = await signWebhook('github', { secret: 'other', body });
    for (const { headers } of [forged, request]) {
      const answer = await verifyWebhook('github', { headers, body }, { secrets: ['s'] });
      if (answer.verified) return answer;
    }
    throw new Error(WEBHOOK_METHODS.join());
  }
  export const host = { runHandler, RunRequestSchema, runLocal, CreateItemInputSchema };
`;

const WRONG = `
  import { defineConnector } from '@withmarfa/runtime-sdk';
  export const connector = defineConnector({
    manifest: {
      name: 'acme.tides', version: '1.0.0', publisher: 'Acme', description: 'Tides.', direction: 'read',
      target_types: ['core.note'], triggers: [{ type: 'manual' }],
    },
    manual: async () => 'done',
  });
`;

// `.` and ./host are portable and hold on the oldest Node that the packages admit; ./local is a matter of the server.
const SMOKE = {
  'smoke.mjs': `
    import { parseManifest } from '@withmarfa/shared';
    import { createClient } from '@withmarfa/client';
    import { defineConnector } from '@withmarfa/runtime-sdk';
    import { runHandler } from '@withmarfa/runtime-sdk/host';
    console.log([parseManifest, createClient, defineConnector, runHandler].map((each) => typeof each).join(' '));
  `,
  'smoke.cjs': `
    const { parseManifest } = require('@withmarfa/shared');
    const { createClient } = require('@withmarfa/client');
    const { defineConnector } = require('@withmarfa/runtime-sdk');
    const { runHandler } = require('@withmarfa/runtime-sdk/host');
    console.log([parseManifest, createClient, defineConnector, runHandler].map((each) => typeof each).join(' '));
  `,
  // Which hashing answers says the error that only Web Crypto meets: it is taken away first.
  'webhooks.mjs': `
    import { createRequire } from 'node:module';
    import { verifyWebhook } from '@withmarfa/webhooks';
    import { readWebhook } from '@withmarfa/webhooks/node';
    import { signWebhook } from '@withmarfa/webhooks/signing';
    const required = createRequire(import.meta.url)('@withmarfa/webhooks');
    const request = await signWebhook('github', { secret: 's', body: '{}' });
    crypto.subtle.verify = () => Promise.reject(new Error('Web Crypto'));
    for (const verify of [verifyWebhook, required.verifyWebhook])
      console.log(await verify('github', request, { secrets: ['s'] }).then((answer) => answer.verified, (error) => error.message));
    console.log(typeof readWebhook);
  `,
  'both.mjs': `
    import { createRequire } from 'node:module';
    import { MarfaError } from '@withmarfa/shared';
    const required = createRequire(import.meta.url)('@withmarfa/shared');
    const theirs = new required.MarfaError('conflict', 'Taken.');
    console.log(theirs instanceof MarfaError, MarfaError.is(theirs, 'conflict'));
  `,
  'schema.cjs': `
    const file = require.resolve('@withmarfa/shared/schema/integration-manifest.schema.json');
    console.log(require(file).title);
  `,
};

let project: EmptyProject;

beforeAll(async () => {
  project = await anEmptyProject();
  await project.install(...PUBLISHED_PACKAGES.map(({ name }) => tarballs[name] ?? ''));
  await project.write('author.mts', AUTHOR);
  await project.write('author.cts', AUTHOR);
  await project.write('wrong.mts', WRONG);
  for (const [file, text] of Object.entries(SMOKE)) await project.write(file, text);
});

afterAll(async () => {
  await project?.remove();
});

async function compile(...files: string[]) {
  const strictly = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', '--pretty', 'false'];
  // Without the types of Node: whoever writes for a Worker has none either.
  const portably = ['--lib', 'es2023,dom', '--exactOptionalPropertyTypes'];
  const tsc = join(repositoryRoot, 'node_modules/.bin/tsc');
  return runTool(tsc, [...strictly, ...portably, ...files], { cwd: project.folder });
}

describe('an empty project that installs the tarballs', () => {
  it('compiles as ES module and as CommonJS, the declarations of the packages included', async () => {
    expect(await compile('author.mts', 'author.cts')).toMatchObject({ stdout: '', code: 0 });
  });

  it('is told of a handler that answers something else', async () => {
    const { code, stdout } = await compile('wrong.mts');
    expect(code).not.toBe(0);
    expect(stdout).toMatch(/wrong\.mts\(\d+,\d+\): error TS2322/);
  });

  it('finds the JSON Schema of the manifest under its published path', async () => {
    expect(await project.run('node', 'schema.cjs')).toMatchObject({ stdout: 'Marfa integration manifest\n', code: 0 });
  });

  it('may load a package as ES module and as CommonJS at once: errors are recognised across', async () => {
    expect(await project.run('node', 'both.mjs')).toMatchObject({ stdout: 'false true\n', code: 0 });
  });

  it('verifies webhooks with Node’s own hashing in Node, and with Web Crypto where a Worker is built', async () => {
    const onNode = await project.run(process.execPath, 'webhooks.mjs');
    expect(onNode).toMatchObject({ stdout: 'true\ntrue\nfunction\n', code: 0 });
    for (const condition of ['workerd', 'browser']) {
      const portable = await project.run(process.execPath, '--conditions', condition, 'webhooks.mjs');
      expect(portable, condition).toMatchObject({ stdout: 'Web Crypto\nWeb Crypto\nfunction\n', code: 0 });
    }
  });

  it.each(['smoke.mjs', 'smoke.cjs'])('runs %s on the Node of this workspace', async (file) => {
    expect(await project.run(process.execPath, file)).toMatchObject({
      stdout: 'function function function function\n',
      code: 0,
    });
  });

  it.skipIf(outerNode === undefined).each(['smoke.mjs', 'smoke.cjs'])(
    'runs %s on the Node of the calling shell as well',
    async (file) => {
      expect(await project.run(outerNode ?? '', file)).toMatchObject({
        stdout: 'function function function function\n',
        code: 0,
      });
    },
  );
});
