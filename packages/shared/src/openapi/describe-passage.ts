import type { Passage } from '../api/passage.ts';
import { ERROR_CODES, type ErrorCode } from '../errors/error-codes.ts';
import { describeRefusals } from './describe-operation.ts';
import { GENERAL_ERROR_CODES } from './error-codes-of.ts';
import type { OpenApiOperation, OpenApiParameter } from './openapi-types.ts';
import { TAGS, tagKeyOf } from './tags.ts';

/**
 * Turns a passage into the operations of its path, one for each method.
 * @returns by method in lower case; the id of each is the passage's name and the method: `proxyGet`.
 */
export function describePassage(name: string, passage: Passage): Record<string, OpenApiOperation> {
  const codes = ERROR_CODES.filter((code) => refusalCodes(passage).has(code));
  return Object.fromEntries(
    passage.methods.map((method) => [
      method.toLowerCase(),
      {
        operationId: `${name}${method.charAt(0)}${method.slice(1).toLowerCase()}`,
        tags: [TAGS[tagKeyOf(passage.path)]?.name ?? ''],
        summary: passage.summary,
        description: passage.description,
        security: [{ bearer: [] }],
        parameters: parametersOf(passage.path),
        ...(['POST', 'PUT', 'PATCH'].includes(method)
          ? { requestBody: { required: false, content: { '*/*': { schema: {} } } } }
          : {}),
        responses: {
          ...describeRefusals(codes),
          default: { description: 'What the upstream answered, with its own status, headers and body.' },
        },
        'x-error-codes': codes,
      } satisfies OpenApiOperation,
    ]),
  );
}

function refusalCodes({ errors }: Passage): Set<ErrorCode> {
  return new Set<ErrorCode>([...GENERAL_ERROR_CODES, ...errors]);
}

function parametersOf(path: string): OpenApiParameter[] {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
  const last = names.length - 1;
  return names.map((name, index) => ({
    name,
    in: 'path',
    required: true,
    ...(index === last ? { description: 'All that follows, slashes included; it is sent on as it is.' } : {}),
    schema: index === last ? { type: 'string' } : { type: 'string', format: 'uuid' },
  }));
}
