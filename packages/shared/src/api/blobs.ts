import { z } from 'zod';
import { IdSchema, TimestampSchema } from '../items/primitives.ts';
import { ByteStreamSchema } from './common.ts';
import { defineEndpoint } from './define-endpoint.ts';

/** The largest blob that a server takes unless it is set otherwise, in bytes. */
export const DEFAULT_MAX_BLOB_BYTES = 50 * 1024 * 1024;

/** The name of a blob: the SHA-256 of its bytes. */
export const BlobHashSchema = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, 'expected sha256: and 64 lower-case hexadecimal digits');

/** What is known of a blob. `size` in bytes; `mime_type` as its first uploader in the space gave it. */
export const BlobInfoSchema = z.object({ hash: BlobHashSchema, mime_type: z.string(), size: z.int() });
export type BlobInfo = z.infer<typeof BlobInfoSchema>;

const HashParams = z.strictObject({ hash: BlobHashSchema });

export const uploadBlob = defineEndpoint({
  method: 'POST',
  path: '/blobs',
  summary: 'Keeps bytes under their SHA-256; the Content-Type becomes their type. The same bytes again answer 200.',
  request: 'bytes',
  maxBodyBytes: DEFAULT_MAX_BLOB_BYTES,
  body: ByteStreamSchema,
  responses: { 201: BlobInfoSchema, 200: BlobInfoSchema },
  errors: ['forbidden', 'payload_too_large', 'validation_error'],
});

export const getBlob = defineEndpoint({
  method: 'GET',
  path: '/blobs/{hash}',
  summary: 'Gives the bytes of a blob, whole or the one range asked for; with a credential, or by a signed address.',
  audience: 'anyone',
  params: HashParams,
  query: z.strictObject({
    space: IdSchema.optional(),
    expires: integerUnixSeconds().optional(),
    signature: z.string().max(100).optional(),
  }),
  response: 'bytes',
  responses: { 200: z.unknown(), 206: z.unknown(), 304: z.unknown() },
  errors: ['unauthorized', 'forbidden', 'blob_not_found', 'range_not_satisfiable'],
});

export const getBlobUrl = defineEndpoint({
  method: 'GET',
  path: '/blobs/{hash}/url',
  summary: 'Makes an address that gives the blob to whoever has it, for a few minutes.',
  params: HashParams,
  responses: { 200: z.object({ url: z.url(), expires_at: TimestampSchema }) },
  errors: ['forbidden', 'blob_not_found'],
});

function integerUnixSeconds() {
  return z
    .string()
    .regex(/^\d{1,12}$/, 'expected unix seconds')
    .transform(Number);
}
