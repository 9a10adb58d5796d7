export type { AuthorizeOutcome, AuthorizeService, ConsentQuestion } from './authorize-service.ts';
export { createOAuth, type OAuth } from './create-oauth.ts';
export type { DeviceQuestion, DeviceService } from './device-service.ts';
export type { Grant, GrantsService } from './grants-service.ts';
export { createIssuerOf } from './issuer.ts';
export { mountOAuth } from './mount-oauth.ts';
export { placeOf } from './redirect-uri.ts';
