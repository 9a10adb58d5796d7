import { z } from 'zod';
import { RESERVED_ROOTS } from './type-identifier.ts';

/** Names that would be taken for the platform, for whoever runs a server, or for a part of its addresses. */
const RESERVED_HANDLES: ReadonlySet<string> = new Set([
  ...RESERVED_ROOTS,
  ...['account', 'admin', 'administrator', 'api', 'auth', 'billing', 'docs', 'help', 'login', 'mail', 'moderator'],
  ...['null', 'official', 'owner', 'root', 'security', 'settings', 'sign-in', 'sign-up', 'staff', 'status', 'support'],
  ...['team', 'undefined', 'webmaster', 'www'],
]);

/** The public name of a person or publisher. Upper case is taken and means the same. */
export const HandleSchema = z
  .string()
  .trim()
  .toLowerCase()
  .min(3, 'At least 3 characters.')
  .max(32, 'At most 32 characters.')
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'Letters a to z, digits, and single hyphens between them.');

/** @param handle as {@link HandleSchema} gives it. */
export function isReservedHandle(handle: string): boolean {
  return RESERVED_HANDLES.has(handle);
}
