import { libraryOptions } from '@withmarfa/config/tsup';
import { defineConfig } from 'tsup';

export default defineConfig(
  libraryOptions(
    { index: 'src/index.ts', memory: 'src/memory/index.ts', contracts: 'src/contracts/index.ts' },
    { format: ['esm'], external: ['vitest'] },
  ),
);
