import { createHmac } from 'node:crypto';
import type { AuthKeys } from '../../platform/auth-keys.ts';
import { isSameText } from '../../platform/is-same-text.ts';

/** `name=value.signature`, percent-encoded, of a cookie that the library signed: base64 of an HMAC-SHA256. */
const SIGNED = /^((?:__Secure-)?marfa\.[\w.]+)=([^.;]+)\.([A-Za-z0-9%+/]{43,}(?:=|%3D))$/i;

/**
 * The library knows one key for its cookies. One that an older key signed is handed to it as the newest would have signed
 * it, so that people stay signed in while keys change.
 * @param cookie a `Cookie` header.
 */
export function resignCookies(cookie: string, [newest, ...older]: AuthKeys): string {
  if (older.length === 0) return cookie;
  return cookie
    .split(/;\s*/)
    .map((pair) => {
      const [, name = '', encoded = '', signature = ''] = SIGNED.exec(pair) ?? [];
      const value = decode(encoded);
      const isOld = value !== '' && older.some(({ material }) => isSameText(decode(signature), sign(value, material)));
      return isOld ? `${name}=${encodeURIComponent(`${value}.${sign(value, newest.material)}`)}` : pair;
    })
    .join('; ');
}

function sign(value: string, material: AuthKeys[0]['material']): string {
  return createHmac('sha256', material.reveal()).update(value).digest('base64');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
