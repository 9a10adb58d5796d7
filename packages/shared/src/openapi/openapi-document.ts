import type { Endpoint } from '../api/endpoint.ts';
import { ENDPOINTS } from '../api/endpoints.ts';
import type { Passage } from '../api/passage.ts';
import { PASSAGES } from '../api/proxy.ts';
import { convertSchemas } from './convert-schemas.ts';
import { describeOperation, generalRefusals } from './describe-operation.ts';
import { describePassage } from './describe-passage.ts';
import { NAMED_SCHEMAS } from './named-schemas.ts';
import type { OpenApiDocument, OpenApiOperation } from './openapi-types.ts';
import { TAGS, tagKeyOf } from './tags.ts';

const DESCRIPTION =
  `JSON over HTTP. Every request but those marked public carries \`Authorization: Bearer <credential>\`; the
credential decides the space, which no address names. Errors are \`{error: {code, message, details}}\`: branch on \`code\`;
\`details.issues\` lists every fault of an input with its place. Times are ISO 8601 in UTC. Lists come in pages: pass
\`cursor\` back for the next one.`.replaceAll('\n', ' ');

export interface OpenApiOptions {
  /** The release that speaks. */
  version: string;
  /** Where the server is reached; left out, the document's own address counts. */
  serverUrl?: string;
}

/**
 * Describes the whole HTTP API as OpenAPI 3.1, made from {@link ENDPOINTS} and {@link PASSAGES} alone. Answers are closed: what this
 * release answers and the document does not show is a fault of one of them.
 */
export function openApiDocument({ version, serverUrl }: OpenApiOptions): OpenApiDocument {
  const endpoints: [string, Endpoint][] = Object.entries(ENDPOINTS);
  const schemas = convertSchemas(NAMED_SCHEMAS, {
    requests: endpoints.flatMap(([, { params, query, body }]) => [params, query, body]),
    answers: endpoints.flatMap(([, { responses }]) => Object.values(responses)),
  });
  const paths: Record<string, Record<string, OpenApiOperation>> = {};
  for (const [name, endpoint] of endpoints) {
    const operations = paths[endpoint.path] ?? {};
    operations[endpoint.method.toLowerCase()] = describeOperation(name, endpoint, schemas);
    paths[endpoint.path] = operations;
  }
  const passages: [string, Passage][] = Object.entries(PASSAGES);
  for (const [name, passage] of passages) paths[passage.path] = describePassage(name, passage);
  const used = new Set(endpoints.map(([, { path }]) => tagKeyOf(path)));
  return {
    openapi: '3.1.1',
    info: {
      title: 'Marfa',
      version,
      summary: 'A personal data space with rules its owner can read.',
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    ...(serverUrl === undefined ? {} : { servers: [{ url: serverUrl }] }),
    tags: Object.entries(TAGS).flatMap(([key, tag]) => (used.has(key) ? [tag] : [])),
    paths,
    components: { schemas: schemas.components, responses: generalRefusals(), ...FIXED_COMPONENTS },
  };
}

const FIXED_COMPONENTS: Omit<OpenApiDocument['components'], 'schemas' | 'responses'> = {
  parameters: {
    IdempotencyKey: {
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      description:
        'A text of your own, one for each thing you want done. Sent again within 24 hours with the same body, the first success is answered again and nothing is done twice.',
      schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[ -~]+$' },
    },
  },
  headers: {
    'X-Request-ID': {
      description: 'Names this request in the log: the value that was sent, if it is fit, else a new one.',
      schema: { type: 'string' },
    },
    'X-Error-Code': { description: 'The code of the body once more.', schema: { type: 'string' } },
    'X-RateLimit-Limit': { description: 'Requests that the window allows.', schema: { type: 'integer' } },
    'X-RateLimit-Remaining': { description: 'Requests that are left of them.', schema: { type: 'integer' } },
    'X-RateLimit-Reset': { description: 'When the window ends, in Unix seconds.', schema: { type: 'integer' } },
    'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer' } },
    'Idempotency-Replayed': {
      description: '`true` when this is the recorded answer of an earlier request.',
      schema: { type: 'string', const: 'true' },
    },
  },
  securitySchemes: {
    bearer: {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'marfa_k1_…',
      description: 'An API key, or an OAuth access token (`marfa_at_…`).',
    },
  },
};
