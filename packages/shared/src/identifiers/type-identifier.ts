import { z } from 'zod';

/** Longest accepted type identifier, in characters. */
export const MAX_TYPE_IDENTIFIER_LENGTH = 200;

/** Roots that no publisher can claim. */
export const RESERVED_ROOTS = ['core', 'system', 'app', 'user', 'marfa'] as const;

const SEGMENT = '[a-z][a-z0-9_-]*';
const NOT_RESERVED = `(?!(?:${RESERVED_ROOTS.join('|')})\\.)`;

const TYPE_IDENTIFIER = new RegExp(`^${SEGMENT}(?:\\.${SEGMENT})+$`);
const PUBLISHER_IDENTIFIER = new RegExp(`^${NOT_RESERVED}${SEGMENT}(?:\\.${SEGMENT})+$`);
const TARGET_TYPE_IDENTIFIER = new RegExp(`^(?!system\\.)${SEGMENT}(?:\\.${SEGMENT})+$`);
const NAME = new RegExp(`^${SEGMENT}(?:\\.${SEGMENT})*$`);
const NAME_PATTERN = new RegExp(`^(?:\\*|${SEGMENT}(?:\\.${SEGMENT})*(?:\\.\\*)?)$`);

const identifier = (pattern: RegExp, message: string) =>
  z
    .string()
    .max(MAX_TYPE_IDENTIFIER_LENGTH, `at most ${MAX_TYPE_IDENTIFIER_LENGTH} characters`)
    .regex(pattern, message);

/** A type such as `core.bookmark`: two or more dot-separated lower-case segments. */
export const TypeIdentifierSchema = identifier(
  TYPE_IDENTIFIER,
  'expected dot-separated lower-case segments, such as core.bookmark',
);

/** A name under a publisher's handle, such as `acme.calendar-sync`; reserved roots are refused. */
export const PublisherIdentifierSchema = identifier(
  PUBLISHER_IDENTIFIER,
  `expected <publisher>.<name> in lower case, and a publisher other than ${RESERVED_ROOTS.join(', ')}`,
);

/** A type that a connector may read or write: any type but the platform's own `system.*` rows. */
export const TargetTypeSchema = identifier(
  TARGET_TYPE_IDENTIFIER,
  'expected a type identifier such as core.bookmark; system types cannot be targets',
);

/** One name without wildcards: an edge type (`parent-of`) or an extension namespace (`connection.runtime`). */
export const DottedNameSchema = identifier(NAME, 'expected lower-case segments joined by dots, such as parent-of');

/** A permission key: an exact name, `x.*`, or `*`. */
export const NamePatternSchema = identifier(
  NAME_PATTERN,
  'expected an exact name, a prefix such as core.media.*, or *',
);

/** @returns whether `value` is a well-formed type identifier. Says nothing about whether the type exists. */
export function isTypeIdentifier(value: string): boolean {
  return value.length <= MAX_TYPE_IDENTIFIER_LENGTH && TYPE_IDENTIFIER.test(value);
}

/** @returns the first segment: `core` for `core.media.film`. */
export function rootOf(name: string): string {
  const dot = name.indexOf('.');
  return dot === -1 ? name : name.slice(0, dot);
}

/** @returns whether `type` is one of the platform's own `system.*` types. */
export function isSystemType(type: string): boolean {
  return rootOf(type) === 'system';
}

/** @returns every proper prefix, longest first: `core.media`, `core` for `core.media.film`. */
export function prefixesOf(name: string): string[] {
  const prefixes: string[] = [];
  for (let dot = name.lastIndexOf('.'); dot > 0; dot = name.lastIndexOf('.', dot - 1))
    prefixes.push(name.slice(0, dot));
  return prefixes;
}
