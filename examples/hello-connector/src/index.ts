import { connector } from './connector.ts';

/** For whoever wants to read what the integration is without running it. */
export const manifest = connector.manifest;
