import { connector } from './connector.ts';

/** What a server reads to offer the integration. */
export const manifest = connector.manifest;
