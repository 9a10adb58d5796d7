import { once } from 'node:events';
import { cp, mkdir, readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { repositoryRoot } from '../src/repository.ts';
import type { ToolResult } from '../src/run-tool.ts';
import { anEmptyProject, type EmptyProject } from './an-empty-project.ts';
import { type MarfaApi, marfaApi } from './marfa-api.ts';
import { type MarfaServer, startMarfaServer } from './start-marfa-server.ts';

const EXAMPLE = join(repositoryRoot, 'examples/hello-connector');
const ENTRIES = [
  { id: 'one', title: 'First', text: 'Hello.' },
  { id: 'two', title: 'Second', text: 'Hello again.' },
];
const RUN_WITHIN_MS = 60_000;

interface Run {
  id: string;
  status: string;
  error?: string;
  items_created: number;
  items_updated: number;
}

interface Note {
  source_id: string;
  properties: { title: string };
}

const tarballs = inject('tarballs');
let project: EmptyProject;
let endpoint: Server;
let marfa: MarfaServer;
let api: MarfaApi;
let built: ToolResult;

beforeAll(async () => {
  project = await anEmptyProject();
  await copyExample();
  await project.install();
  built = await project.run('npx', '--no-install', 'tsc', '-p', 'tsconfig.build.json');
});

afterAll(async () => {
  await marfa?.stop();
  endpoint?.close();
  await project?.remove();
});

/** The example as an author would hold it: its sources, and the packages from tarballs instead of the workspace. */
async function copyExample(): Promise<void> {
  for (const part of ['src', 'tsconfig.json', 'tsconfig.build.json'])
    await cp(join(EXAMPLE, part), join(project.folder, part), { recursive: true });
  const manifest = JSON.parse(await readFile(join(EXAMPLE, 'package.json'), 'utf8'));
  const packed = (name: string) => `file:${tarballs[name]}`;
  manifest.dependencies = {
    '@withmarfa/runtime-sdk': packed('@withmarfa/runtime-sdk'),
    '@withmarfa/shared': packed('@withmarfa/shared'),
    zod: '^4.6.7',
  };
  manifest.devDependencies = { '@types/node': '^24.19.2', typescript: '6.0.3' };
  await project.write('package.json', JSON.stringify(manifest, null, 2));
}

async function startEndpoint(): Promise<string> {
  endpoint = createServer((_incoming, outgoing) => {
    outgoing.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(ENTRIES));
  });
  endpoint.listen(0, '127.0.0.1');
  await once(endpoint, 'listening');
  return `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}/entries`;
}

async function runToItsEnd(connectionId: string): Promise<Run> {
  const { run_id } = (await api.post(`/connections/${connectionId}/run`, {})) as { run_id: string };
  const until = Date.now() + RUN_WITHIN_MS;
  while (Date.now() < until) {
    const { data } = (await api.get(`/connections/${connectionId}/runs`)) as { data: Run[] };
    const run = data.find(({ id }) => id === run_id);
    if (run && !['queued', 'running', 'retrying'].includes(run.status)) return run;
    await pause(100);
  }
  throw new Error(`run ${run_id} did not end in time:\n${marfa.output()}`);
}

async function notes(): Promise<Note[]> {
  const { data } = (await api.get('/items?type=core.note')) as { data: Note[] };
  return data.sort((a, b) => a.source_id.localeCompare(b.source_id));
}

describe('a connector written outside the workspace, against the tarballs', () => {
  it('type-checks and builds', () => {
    expect(built).toMatchObject({ stdout: '', code: 0 });
  });

  describe('on a server that is told where it lies', () => {
    beforeAll(async () => {
      const data = join(project.folder, 'data');
      await mkdir(data);
      marfa = await startMarfaServer(project.folder, {
        MARFA_DATA_DIR: data,
        MARFA_CONNECTORS: project.folder,
        MARFA_OUTBOUND_ALLOW: '127.0.0.1',
      });
      const admin = (await marfaApi(marfa.url).post('/keys', { label: 'Admin', source: 'admin' })) as { key: string };
      api = marfaApi(marfa.url, admin.key);
    });

    it('is offered, installed, run twice, and leaves each entry once in the space', async () => {
      const offered = (await api.get('/integrations?manifest_name=example.hello')) as { data: { id: string }[] };
      expect(offered.data, marfa.output()).toHaveLength(1);

      const { connection_id } = (await api.post('/connections/install', {
        integration_id: offered.data[0]?.id,
        configuration: { endpoint_url: await startEndpoint() },
      })) as { connection_id: string };

      const first = await runToItsEnd(connection_id);
      expect(first, marfa.output()).toMatchObject({ status: 'succeeded', items_created: 2 });
      expect(await notes()).toMatchObject([
        { source_id: 'one', properties: { title: 'First' } },
        { source_id: 'two', properties: { title: 'Second' } },
      ]);

      const again = await runToItsEnd(connection_id);
      expect(again, marfa.output()).toMatchObject({ status: 'succeeded', items_created: 0, items_updated: 0 });
      expect(await notes()).toHaveLength(2);
    });
  });
});
