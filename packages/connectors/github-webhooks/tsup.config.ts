import { libraryOptions } from '@withmarfa/config/tsup';
import { defineConfig } from 'tsup';

export default defineConfig(libraryOptions({ index: 'src/index.ts', local: 'src/local.ts' }));
