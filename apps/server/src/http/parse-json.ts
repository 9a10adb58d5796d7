import { MarfaError } from '@withmarfa/shared';

/** @throws MarfaError `validation_error`. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new MarfaError('validation_error', 'The body is not valid JSON.', {
      cause,
      details: { issues: [{ path: '$', message: 'expected JSON' }] },
    });
  }
}
