import { runLocal } from '@withmarfa/runtime-sdk/local';
import { connector } from './handlers.ts';

runLocal(connector);
