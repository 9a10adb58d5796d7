import { type OpenApiOperation, openApiDocument } from '@withmarfa/shared';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

const document = openApiDocument({ version: '0.0.0' });
const ajv = new Ajv2020({ strict: false, allErrors: false });
formats.default(ajv);
ajv.addSchema(JSON.parse(JSON.stringify(document)), 'marfa');
const validators = new Map<string, ValidateFunction>();

// Literal parts win over {parameters}: /items/bulk is no item.
const templates = Object.keys(document.paths)
  .sort((a, b) => a.split('{').length - b.split('{').length)
  .map((path) => ({ path, pattern: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}/?$`) }));

/** The operation of the OpenAPI document that a request reaches, or null for what is no part of the API. */
export function operationFor(method: string, address: string): { path: string; operation: OpenApiOperation } | null {
  const [pathname = ''] = address.split('?');
  for (const { path, pattern } of templates) {
    const operation = pattern.test(pathname) ? document.paths[path]?.[method.toLowerCase()] : undefined;
    if (operation) return { path, operation };
  }
  return null;
}

/**
 * Holds an answer of the API against the OpenAPI document.
 * @throws with what does not fit, when the status is not declared or the body has another shape.
 */
export function assertFitsDocument(
  request: { method: string; path: string },
  answer: { status: number; body: unknown; contentType: string },
): void {
  const found = operationFor(request.method, request.path);
  if (found === null) return;
  const label = `${request.method} ${found.path} answered ${answer.status}`;
  const { responses } = found.operation;
  const declared = responses[answer.status] ?? responses.default;
  if (!declared) throw new Error(`${label}, which its document does not declare: ${JSON.stringify(answer.body)}`);
  // What somebody else answered has a shape of its own, and HEAD has none.
  if (declared === responses.default || request.method === 'HEAD' || !/^application\/json/.test(answer.contentType))
    return;
  const base = '$ref' in declared ? declared.$ref.slice(1) : pointer(found.path, request.method, answer.status);
  const fits = validatorAt(`${base}/content/application~1json/schema`);
  if (!fits(answer.body))
    throw new Error(
      `${label} in another shape than its document says: ${ajv.errorsText(fits.errors)} ${JSON.stringify(answer.body)}`,
    );
}

function pointer(path: string, method: string, status: number): string {
  return `/paths/${encodeURIComponent(path.replaceAll('/', '~1'))}/${method.toLowerCase()}/responses/${status}`;
}

function validatorAt(place: string): ValidateFunction {
  const known = validators.get(place);
  if (known) return known;
  const made = ajv.compile({ $ref: `marfa#${place}` });
  validators.set(place, made);
  return made;
}
