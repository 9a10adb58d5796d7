import { runLocal } from '@withmarfa/runtime-sdk/local';
import { connector } from './connector.ts';

runLocal(connector);
