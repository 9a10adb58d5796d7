import type { Audience, Endpoint } from '../api/endpoint.ts';
import { ERROR_STATUS, type ErrorCode } from '../errors/error-codes.ts';
import type { ConvertedSchemas } from './convert-schemas.ts';
import { errorCodesOf, GENERAL_ERROR_CODES } from './error-codes-of.ts';
import { EXAMPLE_BODIES } from './examples.ts';
import type {
  JsonSchema,
  OpenApiOperation,
  OpenApiParameter,
  OpenApiReference,
  OpenApiResponse,
} from './openapi-types.ts';
import { TAGS, tagKeyOf } from './tags.ts';

const WHO_MAY_CALL: Record<Audience, string> = {
  anyone: 'Anyone may call this.',
  credential: 'Any live credential may call this; what it may see and do is decided by its permissions.',
  'space-admin': 'For credentials with the role admin or tenant_admin.',
  platform: 'For platform credentials: admin keys without a space.',
};

const ANSWER_TEXT: Record<number, string> = {
  200: 'Done.',
  201: 'Created.',
  202: 'Accepted; it happens later.',
  204: 'Done; nothing to say.',
  206: 'The part that was asked for.',
  304: 'Unchanged since it was fetched.',
};
/** Answers without a body (RFC 9110, sections 15.3.5 and 15.4.5). */
const BODILESS = new Set([204, 304]);
const STATUS_TEXT: Record<number, string> = {
  400: 'The request cannot be used as it is.',
  401: 'No live credential.',
  403: 'The credential may not do this.',
  404: 'It is not there, or not in this space.',
  409: 'It clashes with what is there.',
  410: 'It is gone.',
  416: 'That range lies outside.',
  413: 'The body is too large.',
  422: 'It cannot be done with what the request names.',
  429: 'Too many requests.',
  500: 'A fault of the server.',
  502: 'A fault of an upstream.',
  503: 'Not available at the moment; try again.',
};

const header = (name: string): OpenApiReference => ({ $ref: `#/components/headers/${name}` });
const EVERY_ANSWER = {
  'X-Request-ID': header('X-Request-ID'),
  'X-RateLimit-Limit': header('X-RateLimit-Limit'),
  'X-RateLimit-Remaining': header('X-RateLimit-Remaining'),
  'X-RateLimit-Reset': header('X-RateLimit-Reset'),
};

/** Turns one endpoint into the operation of the OpenAPI document. */
export function describeOperation(name: string, endpoint: Endpoint, schemas: ConvertedSchemas): OpenApiOperation {
  const mutates = endpoint.method !== 'GET';
  const parameters: (OpenApiParameter | OpenApiReference)[] = [
    ...parametersOf(schemas.ofRequest(endpoint.params), 'path'),
    ...parametersOf(schemas.ofRequest(endpoint.query), 'query'),
    ...(mutates && isJson(endpoint) ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : []),
  ];
  const codes = errorCodesOf(endpoint);
  return {
    operationId: name,
    tags: [TAGS[tagKeyOf(endpoint.path)]?.name ?? ''],
    summary: endpoint.summary,
    description: WHO_MAY_CALL[endpoint.audience],
    security: endpoint.audience === 'anyone' ? [{}, { bearer: [] }] : [{ bearer: [] }],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...requestBodyOf(name, endpoint, schemas),
    responses: { ...answersOf(endpoint, schemas, mutates), ...describeRefusals(codes) },
    'x-error-codes': codes,
  };
}

function isJson(endpoint: Endpoint): boolean {
  return (endpoint.request ?? 'json') === 'json' && (endpoint.response ?? 'json') === 'json';
}

function parametersOf(schema: JsonSchema, place: 'path' | 'query'): OpenApiParameter[] {
  return Object.entries(schema.properties ?? {}).map(([name, { description, ...property }]) => ({
    name,
    in: place,
    required: place === 'path' || (schema.required?.includes(name) ?? false),
    ...(description === undefined ? {} : { description }),
    schema: property,
    ...(property.type === 'array' ? { style: 'form' as const, explode: false as const } : {}),
  }));
}

function requestBodyOf(
  name: string,
  endpoint: Endpoint,
  schemas: ConvertedSchemas,
): Pick<OpenApiOperation, 'requestBody'> {
  if (endpoint.request === 'bytes')
    return { requestBody: { required: true, content: { 'application/octet-stream': { schema: {} } } } };
  // What may be left out is the empty object that some clients send for nothing.
  if (endpoint.body.safeParse(undefined).success) return {};
  const example = EXAMPLE_BODIES[name];
  return {
    requestBody: {
      required: true,
      content: {
        'application/json': { schema: schemas.ofRequest(endpoint.body), ...(example === undefined ? {} : { example }) },
      },
    },
  };
}

function answersOf(endpoint: Endpoint, schemas: ConvertedSchemas, mutates: boolean): Record<string, OpenApiResponse> {
  const headers =
    mutates && isJson(endpoint)
      ? { ...EVERY_ANSWER, 'Idempotency-Replayed': header('Idempotency-Replayed') }
      : EVERY_ANSWER;
  return Object.fromEntries(
    Object.entries(endpoint.responses).map(([status, schema]) => [
      status,
      {
        description: ANSWER_TEXT[Number(status)] ?? 'Done.',
        headers,
        ...(BODILESS.has(Number(status)) ? {} : { content: contentOf(endpoint, schemas.ofAnswer(schema)) }),
      },
    ]),
  );
}

function contentOf(endpoint: Endpoint, schema: JsonSchema): Record<string, { schema: JsonSchema }> {
  switch (endpoint.response) {
    case 'event-stream':
      return { 'text/event-stream': { schema } };
    case 'bytes':
      return { 'application/octet-stream': { schema: {} } };
    default:
      return { 'application/json': { schema } };
  }
}

/** The answers that say no, by status; what any endpoint may say is described once for all of them. */
export function describeRefusals(codes: readonly ErrorCode[]): Record<string, OpenApiResponse | OpenApiReference> {
  return Object.fromEntries(
    statusesOf(codes).map((status) => {
      const own = codes.filter((code) => ERROR_STATUS[code] === status);
      const general = GENERAL_ERROR_CODES.filter((code) => ERROR_STATUS[code] === status);
      return own.join() === general.join()
        ? [String(status), { $ref: `#/components/responses/${status}` }]
        : [String(status), describeRefusal(status, own)];
    }),
  );
}

/** The refusals that any endpoint may answer with, by status, for `components.responses`. */
export function generalRefusals(): Record<string, OpenApiResponse> {
  return Object.fromEntries(
    statusesOf(GENERAL_ERROR_CODES).map((status) => [
      String(status),
      describeRefusal(
        status,
        GENERAL_ERROR_CODES.filter((code) => ERROR_STATUS[code] === status),
      ),
    ]),
  );
}

function statusesOf(codes: readonly ErrorCode[]): number[] {
  return [...new Set(codes.map((code) => ERROR_STATUS[code]))].sort((a, b) => a - b);
}

function describeRefusal(status: number, codes: readonly ErrorCode[]): OpenApiResponse {
  const code = { properties: { error: { properties: { code: { enum: [...codes] } } } } };
  return {
    description: `${STATUS_TEXT[status] ?? 'Refused.'} ${codes.map((each) => `\`${each}\``).join(', ')}`,
    headers: {
      ...EVERY_ANSWER,
      'X-Error-Code': header('X-Error-Code'),
      ...(status === 429 ? { 'Retry-After': header('Retry-After') } : {}),
    },
    content: { 'application/json': { schema: { allOf: [{ $ref: '#/components/schemas/Error' }, code] } } },
  };
}
