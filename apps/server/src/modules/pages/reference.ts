import {
  ERROR_STATUS,
  type ErrorCode,
  EXAMPLE_NAMES,
  EXAMPLE_PATH_VALUES,
  type JsonSchema,
  type OpenApiDocument,
  type OpenApiOperation,
  type OpenApiParameter,
} from '@withmarfa/shared';
import { type SchemaRow, schemaRows } from './schema-rows.ts';

export interface ReferenceBody {
  /** What stands before the table: the status of an answer, the media type. */
  caption: string;
  rows: SchemaRow[];
}

/** One endpoint as the reference shows it. */
export interface ReferenceEndpoint {
  id: string;
  method: string;
  path: string;
  summary: string;
  audience: string;
  parameters: (SchemaRow & { place: string })[];
  body: ReferenceBody | null;
  answers: ReferenceBody[];
  errors: { code: ErrorCode; status: number }[];
  curl: string;
}

export interface ReferenceResource {
  name: string;
  path: string;
  description: string;
  endpoints: ReferenceEndpoint[];
}

/** The API's document in the order and the words in which a person reads it. */
export interface Reference {
  title: string;
  version: string;
  description: string;
  resources: ReferenceResource[];
  schemas: { name: string; description: string | undefined; rows: SchemaRow[] }[];
}

export function toReference(document: OpenApiDocument): Reference {
  const { schemas } = document.components;
  const all = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  return {
    title: document.info.title,
    version: document.info.version,
    description: document.info.description,
    resources: document.tags.map((tag) => ({
      ...tag,
      path: `/docs/${tag.name.toLowerCase()}`,
      endpoints: all
        .filter(({ operation }) => operation.tags.includes(tag.name))
        .map(({ path, method, operation }) => toEndpoint(document, { path, method, operation })),
    })),
    schemas: Object.entries(schemas).map(([name, schema]) => ({
      name,
      description: schema.description,
      rows: schemaRows(schema, schemas),
    })),
  };
}

interface Located {
  path: string;
  method: string;
  operation: OpenApiOperation;
}

function toEndpoint(document: OpenApiDocument, { path, method, operation }: Located): ReferenceEndpoint {
  const { schemas } = document.components;
  const content = operation.requestBody?.content ?? {};
  const [sent] = Object.entries(content);
  return {
    id: operation.operationId,
    method,
    path,
    summary: operation.summary,
    audience: operation.description,
    parameters: parametersOf(document, operation).map((parameter) => {
      const [row] = schemaRows({ properties: { [parameter.name]: parameter.schema } }, {});
      return {
        ...(row ?? { name: parameter.name, type: [], notes: [] }),
        required: parameter.required,
        description: parameter.description,
        place: parameter.in,
      };
    }),
    body: sent ? { caption: sent[0], rows: schemaRows(sent[1].schema, schemas) } : null,
    answers: Object.entries(operation.responses).flatMap(([status, answer]) =>
      Number(status) >= 400 || '$ref' in answer
        ? []
        : Object.entries(answer.content ?? {}).map(([mediaType, { schema }]) => ({
            caption: `${status} · ${mediaType}`,
            rows: schemaRows(schema, schemas),
          })),
    ),
    errors: operation['x-error-codes'].map((code) => ({ code, status: ERROR_STATUS[code] })),
    curl: curlOf({ path, method, operation }, sent?.[1]),
  };
}

function parametersOf(document: OpenApiDocument, operation: OpenApiOperation): OpenApiParameter[] {
  return (operation.parameters ?? []).flatMap((parameter) => {
    if ('in' in parameter) return [parameter];
    const shared = document.components.parameters[parameter.$ref.split('/').at(-1) ?? ''];
    return shared ? [shared] : [];
  });
}

/** A command that can be pasted into a shell where `$MARFA` is the server's address and `$KEY` a key. */
function curlOf({ path, method, operation }: Located, sent?: { schema: JsonSchema; example?: unknown }): string {
  const values = { ...EXAMPLE_PATH_VALUES, id: EXAMPLE_NAMES[operation.operationId] ?? EXAMPLE_PATH_VALUES.id ?? '' };
  const address = path.replaceAll(/\{(\w+)\}/g, (_, name: keyof typeof values) => values[name] ?? '');
  const isPublic = operation.security.some((each) => Object.keys(each).length === 0) && method === 'GET';
  return [
    `curl ${method === 'GET' ? '' : `-X ${method} `}"$MARFA${address}"`,
    ...(isPublic ? [] : ['-H "Authorization: Bearer $KEY"']),
    ...(sent?.example === undefined
      ? []
      : [`-H 'Content-Type: application/json'`, `-d '${JSON.stringify(sent.example).replaceAll("'", "'\\''")}'`]),
  ].join(' \\\n  ');
}
