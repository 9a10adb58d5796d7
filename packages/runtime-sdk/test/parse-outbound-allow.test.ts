import { MarfaError } from '@withmarfa/runtime-sdk';
import { parseOutboundAllow } from '@withmarfa/runtime-sdk/host';
import { describe, expect, it } from 'vitest';
import { createEgressPolicy } from '../src/egress/egress-policy.ts';

function lets(allow: string, url: string): boolean {
  try {
    createEgressPolicy(parseOutboundAllow(allow)).assertUrl(new URL(url));
    return true;
  } catch {
    return false;
  }
}

describe('the outbound allow-list', () => {
  it.for([
    ['10.0.0.5', 'http://10.0.0.5:8080/', true],
    ['10.0.0.5', 'http://10.0.0.6/', false],
    ['10.0.0.5:8080', 'http://10.0.0.5:8080/', true],
    ['10.0.0.5:8080', 'http://10.0.0.5/', false],
    ['10.0.0.5:443', 'https://10.0.0.5/', true],
    ['10.0.0.0/8', 'http://10.255.0.1/', true],
    ['10.0.0.0/8', 'http://11.0.0.1.example/', true],
    ['10.0.0.0/8', 'http://192.168.0.1/', false],
    ['fd00::/8', 'http://[fd00::1]/', true],
    ['fd00::1', 'http://[fd00::1]:9/', true],
    ['[fd00::1]:80', 'http://[fd00::1]/', true],
    ['[fd00::1]:80', 'http://[fd00::1]:81/', false],
    ['127.0.0.0/8', 'http://[::ffff:127.0.0.1]/', false],
    ['localhost', 'http://localhost:3000/', true],
    ['LocalHost.', 'http://localhost./', true],
    ['localhost:3000', 'http://localhost:3001/', false],
    [' 10.0.0.5 , , localhost ', 'http://localhost/', true],
    ['', 'http://localhost/', false],
  ] as const)('%s lets %s through: %s', ([allow, url, expected]) => {
    expect(lets(allow, url)).toBe(expected);
  });

  it('lets a named host through whatever it resolves to, on its port', () => {
    const policy = createEgressPolicy(parseOutboundAllow('nas.home:8080'));
    policy.assertAddress('192.168.1.9', { host: 'nas.home', port: 8080 });
    expect(() => policy.assertAddress('192.168.1.9', { host: 'nas.home', port: 80 })).toThrow('not public');
    expect(() => policy.assertAddress('192.168.1.9', { host: 'other.home', port: 8080 })).toThrow('not public');
  });

  it.for([
    '10.0.0.0/33',
    '10.0.0/8',
    '300.1.1.1',
    '2130706433',
    '0x7f.1',
    'http://nas.home',
    'nas.home:0',
    'nas.home:65536',
    'nas.home:',
    'nas home',
    '*.home',
    '[::1',
    '[nas]:80',
    '/',
  ])('refuses the entry %s and names it', (entry) => {
    const fault = (() => {
      try {
        return parseOutboundAllow(`10.0.0.5,${entry}`);
      } catch (error) {
        return error;
      }
    })();
    expect(MarfaError.is(fault, 'validation_error') && fault.message).toContain(`"${entry}"`);
  });

  it('is empty without a text', () => {
    expect(parseOutboundAllow(undefined)).toEqual([]);
  });
});
