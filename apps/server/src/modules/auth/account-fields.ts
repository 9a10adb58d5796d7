import { HandleSchema, MarfaError, toIssues } from '@withmarfa/shared';
import { z } from 'zod';
import { PASSWORD_LENGTH } from './password-length.ts';

/** What people type about themselves, with words for whoever typed it wrong. */
export const ACCOUNT_FIELDS = {
  name: z.string().trim().min(1, 'Tell us what to call you.').max(200, 'At most 200 characters.'),
  handle: HandleSchema,
  email: z
    .email('Give a full e-mail address, such as ada@example.org.')
    .max(320, 'At most 320 characters.')
    .toLowerCase(),
  password: z
    .string()
    .min(PASSWORD_LENGTH.min, `Choose at least ${PASSWORD_LENGTH.min} characters; a few words are good.`)
    .max(PASSWORD_LENGTH.max, `At most ${PASSWORD_LENGTH.max} characters.`),
};

/** @throws MarfaError `validation_error` with every fault. */
export function readFields<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw new MarfaError('validation_error', 'Some fields need another look.', {
    details: { issues: toIssues(result.error) },
  });
}

/** A fault of one field that only the record could tell. */
export function fieldFault(
  field: string,
  message: string,
  code: 'validation_error' | 'handle_reserved' = 'validation_error',
): MarfaError {
  return new MarfaError(code, 'Some fields need another look.', {
    details: { issues: [{ path: `$.${field}`, message }] },
  });
}
