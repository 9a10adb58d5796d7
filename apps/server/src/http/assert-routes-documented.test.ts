import { createItem, ENDPOINTS, type Endpoint } from '@withmarfa/shared';
import { describe, expect, it } from 'vitest';
import { assertRoutesDocumented } from './assert-routes-documented.ts';

const all: Endpoint[] = Object.values(ENDPOINTS);

describe('a server whose routes are those of its document', () => {
  it('starts', () => {
    expect(() => assertRoutesDocumented(all)).not.toThrow();
  });

  it('is refused with a route that the document does not have', () => {
    const secret = { ...createItem, path: '/secret' };
    expect(() => assertRoutesDocumented([...all, secret])).toThrow('POST /secret is not in ENDPOINTS');
  });

  it('is refused without a route that the document has', () => {
    expect(() => assertRoutesDocumented(all.filter((each) => each !== createItem))).toThrow(
      'POST /items is not mounted',
    );
  });
});
