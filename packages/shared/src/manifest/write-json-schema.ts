import { mkdir, writeFile } from 'node:fs/promises';
import { manifestJsonSchema } from './manifest-json-schema.ts';

const folder = new URL('../../schema/', import.meta.url);
await mkdir(folder, { recursive: true });
await writeFile(
  new URL('integration-manifest.schema.json', folder),
  `${JSON.stringify(manifestJsonSchema(), null, 2)}\n`,
);
