import { TOKEN_PATTERN } from '@withmarfa/shared';

const EVERY_TOKEN = new RegExp(TOKEN_PATTERN.source, 'g');

/** @returns `text` with every Marfa token in it replaced, for anything that leaves a run as prose. */
export function hideTokens(text: string): string {
  return text.replace(EVERY_TOKEN, '[secret]');
}
