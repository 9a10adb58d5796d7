import { describe, expect, it } from 'vitest';
import { ERROR_CODES, ERROR_STATUS } from './error-codes.ts';
import { ErrorEnvelopeSchema, toErrorEnvelope } from './error-envelope.ts';
import { MarfaError } from './marfa-error.ts';

/** A second evaluation of the same file, as a second installed copy of the package would be. */
async function anotherCopy(): Promise<typeof MarfaError> {
  const again: string = './marfa-error.ts?copy';
  const copy: { MarfaError: typeof MarfaError } = await import(again);
  return copy.MarfaError;
}

describe('a Marfa error', () => {
  it('carries a closed code, a message, details and its cause', () => {
    const cause = new Error('disk full');
    const error = new MarfaError('storage_unavailable', 'The item could not be saved.', {
      cause,
      details: { free: 0 },
    });
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe('MarfaError');
    expect(error.code).toBe('storage_unavailable');
    expect(error.status).toBe(503);
    expect(error.cause).toBe(cause);
    expect(error.details).toEqual({ free: 0 });
  });

  it('is recognised across two installed copies of this package', async () => {
    const Other = await anotherCopy();
    const theirs = new Other('conflict', 'Taken.');
    expect(Other).not.toBe(MarfaError);
    expect(theirs).not.toBeInstanceOf(MarfaError);
    expect(MarfaError.is(theirs)).toBe(true);
    expect(MarfaError.is(theirs, 'conflict')).toBe(true);
    expect(MarfaError.is(theirs, 'forbidden')).toBe(false);
    expect(Other.is(new MarfaError('conflict', 'Taken.'))).toBe(true);
  });

  it.each([
    ['a plain error', new Error('conflict')],
    ['an object that looks alike', { name: 'MarfaError', code: 'conflict', message: 'Taken.' }],
    ['a parsed envelope', JSON.parse('{"error":{"code":"conflict","message":"Taken."}}')],
    ['text', 'conflict'],
    ['null', null],
    ['nothing', undefined],
  ])('is not mistaken for %s', (_what, value) => {
    expect(MarfaError.is(value)).toBe(false);
  });

  it('keeps its brand out of sight', () => {
    const error = new MarfaError('conflict', 'Taken.');
    expect(Reflect.ownKeys(structuredClone({ ...error }))).toEqual(['code', 'details', 'companions', 'name']);
  });
});

describe('an error code', () => {
  it.each(ERROR_CODES.map((code) => [code]))('answers with an HTTP error status: %s', (code) => {
    expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
    expect(ERROR_STATUS[code]).toBeGreaterThanOrEqual(400);
    expect(ERROR_STATUS[code]).toBeLessThan(600);
  });

  // The table of the contract, section 2.1, as far as the endpoints reach.
  it.each([
    ['validation_error', 400],
    ['missing_required_field', 400],
    ['manifest_schema_unsupported', 400],
    ['unauthorized', 401],
    ['forbidden', 403],
    ['type_not_permitted', 403],
    ['edge_permission_denied', 403],
    ['extension_permission_denied', 403],
    ['item_not_found', 404],
    ['connection_not_found', 404],
    ['integration_not_found', 404],
    ['conflict', 409],
    ['version_conflict', 409],
    ['payload_too_large', 413],
    ['rate_limited', 429],
    ['runtime_not_available', 503],
  ] as const)('%s answers %i', (code, status) => {
    expect(ERROR_STATUS[code]).toBe(status);
  });
});

describe('the wire envelope', () => {
  it('holds the code, the message and the details, and nothing else', () => {
    const error = new MarfaError('conflict', 'Taken.', { details: { field: 'source' }, cause: new Error('secret') });
    expect(toErrorEnvelope(error)).toEqual({
      error: { code: 'conflict', message: 'Taken.', details: { field: 'source' } },
    });
    expect(JSON.stringify(toErrorEnvelope(error))).not.toMatch(/secret|stack/);
  });

  it('leaves out details that are not there', () => {
    expect(toErrorEnvelope(new MarfaError('not_found', 'Nothing here.'))).toEqual({
      error: { code: 'not_found', message: 'Nothing here.' },
    });
  });

  it('sets companions beside the error, and never over it', () => {
    const error = new MarfaError('version_conflict', 'Stale.', {
      companions: { current: { version: 3 }, error: 'mine' },
    });
    expect(toErrorEnvelope(error)).toEqual({
      current: { version: 3 },
      error: { code: 'version_conflict', message: 'Stale.', status: 409 },
    });
  });

  it('reads back from its JSON', () => {
    const error = new MarfaError('conflict', 'Taken.', { details: { a: [1, { b: null }] } });
    const envelope = toErrorEnvelope(error);
    expect(ErrorEnvelopeSchema.parse(JSON.parse(JSON.stringify(envelope)))).toEqual(envelope);
  });
});
