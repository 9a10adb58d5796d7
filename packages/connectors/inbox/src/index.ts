export { parseMailDate } from './envelope/parse-mail-date.ts';
export { type AttachmentFacts, type Envelope, type EnvelopeReading, readEnvelope } from './envelope/read-envelope.ts';
export { connector } from './handlers.ts';
export { KEPT_HEADERS } from './item/pick-headers.ts';
export { toCapturedEmail } from './item/to-captured-email.ts';
export { keepMail } from './keep-mail.ts';
export { type EmailInput, INTEGRATION_NAME, type InboxContext, manifest } from './manifest.ts';
