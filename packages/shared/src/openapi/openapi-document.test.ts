import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Endpoint } from '../api/endpoint.ts';
import { ENDPOINTS } from '../api/endpoints.ts';
import { PASSAGES } from '../api/proxy.ts';
import { ERROR_STATUS } from '../errors/error-codes.ts';
import { errorCodesOf } from './error-codes-of.ts';
import { EXAMPLE_BODIES } from './examples.ts';
import { NAMED_SCHEMAS } from './named-schemas.ts';
import { openApiDocument } from './openapi-document.ts';
import type { OpenApiOperation, OpenApiParameter } from './openapi-types.ts';

const document = openApiDocument({ version: '1.2.3', serverUrl: 'https://marfa.example' });
const endpoints: [string, Endpoint][] = Object.entries(ENDPOINTS);
const operationOf = (endpoint: Endpoint): OpenApiOperation => {
  const operation = document.paths[endpoint.path]?.[endpoint.method.toLowerCase()];
  if (!operation) throw new Error(`${endpoint.method} ${endpoint.path} is not in the document`);
  return operation;
};
const text = JSON.stringify(document);

describe('the OpenAPI document', () => {
  it('is valid to the official schema of OpenAPI 3.1', async () => {
    const validator = new Validator();
    const verdict = await validator.validate(JSON.parse(text));
    expect(verdict.errors ?? []).toEqual([]);
    expect(verdict.valid).toBe(true);
    expect(validator.version).toBe('3.1');
  });

  it('is refused by that validator once something is wrong with it', async () => {
    const verdict = await new Validator().validate({
      ...JSON.parse(text),
      paths: { '/items': { get: { tags: 'none' } } },
    });
    expect(verdict.valid).toBe(false);
  });

  it('has each operation once, under the name of its endpoint, or of its passage with the method', () => {
    const ids = Object.values(document.paths).flatMap((path) => Object.values(path).map((each) => each.operationId));
    const passed = ['proxyGet', 'proxyHead', 'proxyPost', 'proxyPut', 'proxyPatch', 'proxyDelete'];
    expect(ids.sort()).toEqual([...Object.keys(ENDPOINTS), ...passed].sort());
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('refers to nothing that is missing, and holds no component that nothing refers to', () => {
    const references = new Set(
      [...text.matchAll(/"\$ref":"#\/components\/(schemas|responses|headers|parameters)\/([^"]+)"/g)].map(
        ([, kind, name]) => `${kind}/${name}`,
      ),
    );
    expect([...text.matchAll(/"\$ref"/g)].length).toBeGreaterThan(100);
    for (const match of text.matchAll(/"\$ref":"([^"]+)"/g))
      expect(match[1]).toMatch(/^#\/components\/(schemas|responses|headers|parameters)\//);
    const { schemas, responses, headers, parameters } = document.components;
    const present = Object.entries({ schemas, responses, headers, parameters }).flatMap(([kind, all]) =>
      Object.keys(all).map((name) => `${kind}/${name}`),
    );
    expect(present.sort()).toEqual([...references].sort());
  });

  it.each(endpoints)('puts %s into a described group', (_name, endpoint) => {
    const [tag] = operationOf(endpoint).tags;
    expect(document.tags.find(({ name }) => name === tag)?.description).toMatch(/\.$/);
  });

  it.each(endpoints)('describes every parameter of %s, and gives it a schema', (_name, endpoint) => {
    const parameters = (operationOf(endpoint).parameters ?? []).filter(
      (each): each is OpenApiParameter => 'in' in each,
    );
    for (const { name, schema } of parameters) expect(Object.keys(schema).length, name).toBeGreaterThan(0);
    const inPath = parameters.filter((each) => each.in === 'path').map(({ name }) => `{${name}}`);
    expect(inPath.every((part) => endpoint.path.includes(part))).toBe(true);
  });

  it.each(endpoints)('declares for %s each of its codes under its status', (_name, endpoint) => {
    const { responses } = operationOf(endpoint);
    for (const code of errorCodesOf(endpoint)) {
      const answer = responses[ERROR_STATUS[code]];
      const shared = answer && '$ref' in answer ? document.components.responses[ERROR_STATUS[code]] : answer;
      const schema = shared?.content?.['application/json']?.schema;
      expect(JSON.stringify(schema)).toContain(`"${code}"`);
    }
    for (const status of Object.keys(endpoint.responses)) expect(responses[status]).toBeDefined();
  });

  it.each(Object.values(PASSAGES))(
    'shows $path with every method, its refusals, and whatever else comes back',
    (passage) => {
      const operations = document.paths[passage.path] ?? {};
      expect(Object.keys(operations)).toEqual(passage.methods.map((method) => method.toLowerCase()));
      for (const { responses } of Object.values(operations)) {
        expect(responses.default).toBeDefined();
        for (const code of passage.errors) expect(JSON.stringify(responses[ERROR_STATUS[code]])).toContain(`"${code}"`);
      }
    },
  );

  it('shows numbers and lists of a query as what they mean', () => {
    const parameters = operationOf(ENDPOINTS.listItems).parameters ?? [];
    const named = (name: string) =>
      parameters.find((each): each is OpenApiParameter => 'name' in each && each.name === name);
    expect(named('limit')?.schema).toEqual({ type: 'integer', minimum: 1, maximum: 200, default: 50 });
    expect(named('include')).toMatchObject({ style: 'form', explode: false, schema: { type: 'array' } });
  });

  it('tells requests from answers where defaults make them differ', () => {
    const { CreateKey, Key } = document.components.schemas;
    expect(CreateKey?.required).toEqual(['label', 'source']);
    expect(Key?.required).toContain('default_tier');
  });

  it.each(Object.entries(NAMED_SCHEMAS))('names %s for what is used somewhere', (name, schema) => {
    expect(schema).toBeInstanceOf(z.ZodType);
    const used = Object.keys(document.components.schemas);
    expect(used.includes(name) || used.includes(`${name}Input`), name).toBe(true);
  });
});

describe('the schemas of the document', () => {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.addSchema(JSON.parse(text), 'marfa');
  const judge = (pointer: string) => ajv.compile({ $ref: `marfa#${pointer}` });

  it('refuse an answer with a field that is missing, wrong or unknown', () => {
    const tenant = { id: '01980e6c-7d6a-7c3e-9f5b-2b7f3b0a9c11', name: 'Mine', created_at: '2026-03-01T09:30:00.000Z' };
    const fits = judge('/components/schemas/Tenant');
    expect(fits(tenant)).toBe(true);
    for (const wrong of [
      { ...tenant, id: 'mine' },
      { ...tenant, secret: 1 },
      { id: tenant.id, name: 'Mine' },
      { ...tenant, created_at: 'today' },
    ])
      expect(fits(wrong)).toBe(false);
  });

  const withBody = endpoints.filter(
    ([, endpoint]) => endpoint.request === 'json' && !endpoint.body.safeParse(undefined).success,
  );

  it.each(withBody)('take the example body of %s, as its endpoint does', (name, endpoint) => {
    const example = EXAMPLE_BODIES[name];
    expect(endpoint.body.safeParse(example).error?.issues ?? []).toEqual([]);
    const pointer = `/paths/${endpoint.path.replaceAll('/', '~1')}/${endpoint.method.toLowerCase()}/requestBody/content/application~1json/schema`;
    const fits = judge(encodeURI(pointer));
    expect(fits(example), JSON.stringify(fits.errors)).toBe(true);
    expect(fits(42)).toBe(false);
  });

  it('have examples for nothing else', () => {
    expect(Object.keys(EXAMPLE_BODIES).sort()).toEqual(withBody.map(([name]) => name).sort());
  });
});
