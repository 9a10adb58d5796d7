import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { resolve } = createRequire(import.meta.url);

/** Where the examples were recorded: github.com, and releases of GitHub Enterprise Server. */
export const EDITIONS = ['api.github.com', 'ghes-31', 'ghes-32', 'ghes-33', 'ghes-34', 'ghes-35'] as const;

export interface Example {
  event: string;
  payload: Record<string, unknown>;
}

/** Every payload that `@octokit/webhooks-examples` holds for an edition. */
export function examplesOf(edition: (typeof EDITIONS)[number]): Example[] {
  const text = readFileSync(resolve(`@octokit/webhooks-examples/${edition}/index.json`), 'utf8');
  const events = JSON.parse(text) as { name: string; examples: Record<string, unknown>[] }[];
  return events.flatMap(({ name, examples }) => examples.map((payload) => ({ event: name, payload })));
}
