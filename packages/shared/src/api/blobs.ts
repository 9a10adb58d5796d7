import { z } from 'zod';

/** The name of a blob: the SHA-256 of its bytes. */
export const BlobHashSchema = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, 'expected sha256: and 64 lower-case hexadecimal digits');

/** What is known of a blob. `size` in bytes; `mime_type` as its first uploader gave it. */
export const BlobInfoSchema = z.object({ hash: BlobHashSchema, mime_type: z.string(), size: z.int() });
export type BlobInfo = z.infer<typeof BlobInfoSchema>;
