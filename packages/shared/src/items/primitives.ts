import { z } from 'zod';

/** ISO 8601 in UTC with milliseconds, as every time on the wire. */
export const TimestampSchema = z.iso
  .datetime({ offset: true, message: 'expected an ISO 8601 time such as 2026-03-01T09:30:00.000Z' })
  .refine((time) => !Number.isNaN(Date.parse(time)) && /^\d{4}-/.test(new Date(time).toISOString()), {
    message: 'expected a time that lies in the years 0000 to 9999 in UTC',
    // The format has spoken already when the text is no time at all.
    when: ({ issues }) => issues.length === 0,
  });
/** Item ids are UUIDv7; a caller may bring its own. One spelling only: upper case is folded to lower (RFC 9562 section 4). */
export const IdSchema = z.uuid('expected a UUID').toLowerCase();
export const StateSchema = z.enum(['active', 'archived', 'trashed', 'revoked']);
export const TierSchema = z.enum(['library', 'feed']);
/** Text that every store gives back as it was: halves of surrogate pairs stand for nothing in UTF-8. */
export const WELL_FORMED = /^\P{Surrogate}*$/u;
export const TagSchema = z
  .string()
  .trim()
  .regex(WELL_FORMED, 'expected well-formed Unicode')
  .min(1, 'a tag is at least one character')
  .max(200, 'at most 200 characters');
export const PropertiesSchema = z.record(z.string(), z.unknown());

export type ItemState = z.infer<typeof StateSchema>;
export type Tier = z.infer<typeof TierSchema>;
export type Properties = z.infer<typeof PropertiesSchema>;
