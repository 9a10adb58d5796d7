import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ERROR_CODES } from '../errors/error-codes.ts';
import * as shared from '../index.ts';
import type { Endpoint } from './endpoint.ts';

const endpoints: [string, Endpoint][] = Object.entries(shared.ENDPOINTS);
const looksLikeEndpoint = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'method' in value && 'responses' in value;

describe('the endpoints', () => {
  it('are listed in ENDPOINTS under the names by which they are exported, all of them', () => {
    const exported = Object.entries(shared).filter(([, value]) => looksLikeEndpoint(value));
    expect(endpoints.length).toBeGreaterThan(25);
    expect(Object.fromEntries(endpoints)).toEqual(Object.fromEntries(exported));
  });

  it('have a method and path each of its own', () => {
    const addresses = endpoints.map(([, endpoint]) => `${endpoint.method} ${endpoint.path}`);
    expect(new Set(addresses).size).toBe(addresses.length);
  });

  it.each(endpoints)('%s names in its parameters exactly the parts of its path', (_name, endpoint) => {
    const inPath = [...endpoint.path.matchAll(/\{([a-z_]+)\}/g)].map((match) => match[1]).sort();
    const declared = endpoint.params instanceof z.ZodObject ? Object.keys(endpoint.params.shape).sort() : [];
    expect(declared).toEqual(inPath);
  });

  it.each(endpoints)('%s refuses query parameters it does not know', (_name, endpoint) => {
    const verdict = endpoint.query.safeParse({ surprise: '1' });
    expect(verdict.error?.issues.some((issue) => issue.code === 'unrecognized_keys')).toBe(true);
  });

  it.each(endpoints)('%s says what it does, answers 2xx or 304, and declares codes that exist', (_name, endpoint) => {
    expect(endpoint.summary).toMatch(/^[A-Z].*\.$/);
    expect(Object.keys(endpoint.responses).every((status) => /^(2\d\d|304)$/.test(status))).toBe(true);
    for (const code of endpoint.errors) expect(ERROR_CODES).toContain(code);
  });

  it.each(endpoints.filter(([, endpoint]) => endpoint.method === 'GET'))(
    '%s reads, and so takes no body but an empty one',
    (_name, endpoint) => {
      expect(endpoint.body.safeParse(undefined).success).toBe(true);
      expect(endpoint.body.safeParse({ surprise: 1 }).success).toBe(false);
    },
  );
});

describe('the query of a list', () => {
  const { query } = shared.listItems;

  it('fills the page size, the order and the state', () => {
    expect(query.parse({})).toMatchObject({
      limit: 50,
      state: 'active',
      tier: 'all',
      sort: 'created_at',
      direction: 'desc',
    });
  });

  it.each(['1', '50', '200'])('takes a limit of %s as text, as URLs carry it', (limit) => {
    expect(query.parse({ limit }).limit).toBe(Number(limit));
  });

  it.each(['0', '201', '-1', '1.5', 'ten', '', 'Infinity', 'NaN'])('refuses a limit of %j', (limit) => {
    expect(query.safeParse({ limit }).success).toBe(false);
  });

  it('splits comma lists and drops their blanks', () => {
    expect(query.parse({ tags: 'a, b,,c', include: 'edges,metadata' })).toMatchObject({
      tags: ['a', 'b', 'c'],
      include: ['edges', 'metadata'],
    });
    expect(query.safeParse({ include: 'secrets' }).success).toBe(false);
    expect(query.safeParse({ tags: ',' }).success).toBe(false);
  });

  it('lets edge lists be longer than others', () => {
    expect(shared.listItemEdges.query.safeParse({ limit: '500' }).success).toBe(true);
    expect(shared.listItemEdges.query.safeParse({ limit: '501' }).success).toBe(false);
  });
});

describe('creating a key', () => {
  it('defaults to a member of the library with no permissions', () => {
    expect(shared.CreateKeyInputSchema.parse({ label: 'Laptop', source: 'laptop' })).toEqual({
      label: 'Laptop',
      source: 'laptop',
      role: 'member',
      default_tier: 'library',
      is_platform: false,
      ...shared.noPermissions(),
    });
  });

  it.each([{ source: 'x' }, { role: 'admin' }])('cannot be undone by an update of %j', (change) => {
    expect(shared.UpdateKeyInputSchema.safeParse(change).success).toBe(false);
  });

  it('is never shown with its secret afterwards', () => {
    expect(Object.keys(shared.KeySchema.shape)).not.toContain('key');
    expect(Object.keys(shared.CreatedKeySchema.shape)).toContain('key');
  });
});
