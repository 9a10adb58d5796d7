import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProfile, type Profile } from './support/profiles.ts';
import { startServer, type TestServer, waitFor } from './support/start-server.ts';

const run = promisify(execFile);
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const [, walk = ''] = readme.split('## A first walk');
const [makeKey = '', follow = '', write = ''] = [...walk.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, code]) => code);

describe('The first walk of the README', () => {
  let profile: Profile;
  let server: TestServer;
  beforeAll(async () => {
    profile = await createProfile('sqlite');
    server = await startServer(profile.variables);
  });
  afterAll(async () => {
    await server?.stop();
    await profile?.dispose();
  });

  it('goes from the first key to a note, an edge and their events, word for word', async () => {
    expect(write).toContain('"edge_type":"references"');
    const { stdout: key } = await run('bash', [
      '-c',
      `${makeKey.replace('http://localhost:8600', server.url)}\necho -n $KEY`,
    ]);
    expect(key).toMatch(/^marfa_k1_\w+$/);
    const env = { PATH: process.env.PATH, MARFA: server.url, KEY: key };
    const stream = spawn('bash', ['-c', `exec ${follow}`], { env, stdio: ['ignore', 'pipe', 'ignore'] });
    let seen = '';
    stream.stdout.on('data', (chunk: Buffer) => {
      seen += chunk.toString();
    });
    try {
      await waitFor(() => seen !== '');
      const { stdout } = await run('bash', ['-c', write], { env });
      const shown = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
      expect(shown.item.edges.references.edges).toHaveLength(1);
      await waitFor(() => seen.includes('event: edge.created'));
      expect([...seen.matchAll(/^event: ?(\S+)$/gm)].map(([, name]) => name)).toEqual([
        'item.created',
        'item.created',
        'edge.created',
      ]);
    } finally {
      stream.kill('SIGKILL');
    }
  });
});
