import type { LogLine } from '../context/create-connector-log.ts';

/** Upstreams repeat in their refusals what they were sent; what leaves a run as prose is shown. */
export function hideSecret(text: string, secret: string | undefined): string {
  return secret === undefined || secret === '' ? text : text.replaceAll(secret, '[secret]');
}

/** @returns the line without the secret, wherever it stands. */
export function hideSecretInLine(line: LogLine, secret: string | undefined): LogLine {
  if (secret === undefined || secret === '') return line;
  const inJson = JSON.stringify(secret).slice(1, -1);
  return JSON.parse(hideSecret(JSON.stringify(line), inJson)) as LogLine;
}
