import { createItem, ENDPOINTS, type Endpoint, PASSAGES } from '@withmarfa/shared';
import { describe, expect, it } from 'vitest';
import { assertRoutesDocumented } from './assert-routes-documented.ts';

const all: Endpoint[] = Object.values(ENDPOINTS);
const passages = Object.values(PASSAGES);

describe('a server whose routes are those of its document', () => {
  it('starts', () => {
    expect(() => assertRoutesDocumented(all, passages)).not.toThrow();
  });

  it('is refused with a route that the document does not have', () => {
    const secret = { ...createItem, path: '/secret' };
    expect(() => assertRoutesDocumented([...all, secret], passages)).toThrow('POST /secret is not in ENDPOINTS');
  });

  it('is refused without a route that the document has', () => {
    const others = all.filter((each) => each !== createItem);
    expect(() => assertRoutesDocumented(others, passages)).toThrow('POST /items is not mounted');
  });

  it('is refused with a passage that the document does not have, and without one that it has', () => {
    const elsewhere = { ...PASSAGES.proxy, path: '/elsewhere/{id}/{path}' };
    expect(() => assertRoutesDocumented(all, [...passages, elsewhere])).toThrow(
      '/elsewhere/{id}/{path} is not in PASSAGES',
    );
    expect(() => assertRoutesDocumented(all, [])).toThrow('/connections/{id}/proxy/{path} is not mounted');
  });
});
