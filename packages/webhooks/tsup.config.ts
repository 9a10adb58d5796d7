import { libraryOptions } from '@withmarfa/config/tsup';
import { defineConfig } from 'tsup';

export default defineConfig(
  libraryOptions({
    index: 'src/index.ts',
    'index-for-node': 'src/index-for-node.ts',
    signing: 'src/signing/index.ts',
    node: 'src/node/index.ts',
  }),
);
