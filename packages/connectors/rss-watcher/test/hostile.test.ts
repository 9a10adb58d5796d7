import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { HOSTILE_CASES } from './support/hostile-cases.ts';

interface Line {
  name: string;
  outcome: number | string;
  polluted: boolean;
}

describe('hostile documents, read in a process with a heap of 64 MiB', () => {
  const lines = new Map<string, Line>();

  beforeAll(async () => {
    const script = fileURLToPath(new URL('./support/read-hostile.ts', import.meta.url));
    const flags = ['--max-old-space-size=64', '--conditions=@withmarfa/source'];
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, script]);
    for (const text of stdout.trim().split('\n')) {
      const line: Line = JSON.parse(text);
      lines.set(line.name, line);
    }
    // What these cost when they go wrong is minutes each, not seconds.
  }, 120_000);

  it.for(Object.entries(HOSTILE_CASES))('survives %s', ([name, { outcome }]) => {
    const line = lines.get(name);
    if (typeof outcome === 'number') expect(line?.outcome).toBe(outcome);
    else expect(line?.outcome).toMatch(outcome);
    expect(line?.polluted).toBe(false);
  });
});
