import { MarfaError } from '@withmarfa/shared';
import { describe, expect, it } from 'vitest';
import { formFaults, safeReturnTo } from './form-fields.ts';

describe('where a sign-in leads back to', () => {
  it.each([
    ['/', '/'],
    ['/catalogue', '/catalogue'],
    [
      '/integrations/1/install?feed_url=https%3A%2F%2Fa.example',
      '/integrations/1/install?feed_url=https%3A%2F%2Fa.example',
    ],
    ['/a/../b', '/b'],
  ])('keeps %s, a path of this server', (given, kept) => {
    expect(safeReturnTo(given)).toBe(kept);
  });

  it.each([
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '\\/evil.example',
    '/\t/evil.example',
    '/.//evil.example',
    '/x/..//evil.example',
    'javascript:alert(1)',
    '',
    undefined,
    ['/a'],
  ])('is the start page for %s', (given) => {
    expect(safeReturnTo(given)).toBe('/');
  });
});

describe('what was wrong with a form', () => {
  it('is told by field, with the general message', () => {
    const issues = [
      { path: '$.configuration.feed_url', message: 'required' },
      { path: "$.configuration['odd key']", message: 'unknown' },
    ];
    const error = new MarfaError('validation_error', 'Look again.', { details: { issues } });
    expect(formFaults(error)).toEqual({ faults: { feed_url: 'required', key: 'unknown' }, message: 'Look again.' });
  });

  it('is not told of faults of the server', () => {
    expect(formFaults(new MarfaError('storage_unavailable', 'The disk is full.'))).toBeNull();
    expect(formFaults(new Error('x'))).toBeNull();
  });
});
