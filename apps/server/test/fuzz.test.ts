import process from 'node:process';
import { type OpenApiOperation, openApiDocument } from '@withmarfa/shared';
import fc from 'fast-check';
import { v7 } from 'uuid';
import { beforeAll, expect, it } from 'vitest';
import { type Answer, type Api, createApi } from './support/api.ts';
import { describeServer } from './support/describe-server.ts';
import { assertFitsDocument } from './support/fits-document.ts';
import { type OddRequest, oddRequests } from './support/odd-requests.ts';
import { refusal } from './support/refusal.ts';
import { aKey, anItem, aSpace, type Space } from './support/spaces.ts';

/** Requests to each operation; more by hand, as in `MARFA_FUZZ_RUNS=2000 npx vitest run test/fuzz.test.ts`. */
const RUNS = Number(process.env.MARFA_FUZZ_RUNS ?? 15);
const SEED = Number(process.env.MARFA_FUZZ_SEED ?? 20260301);
const ANSWER_WITHIN_MS = 20_000;

const document = openApiDocument({ version: '0.0.0' });
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
);
const speaksJson = (operation: OpenApiOperation) =>
  !Object.values(operation.responses).some((answer) => 'content' in answer && answer.content?.['text/event-stream']);

describeServer('Odd requests', (under) => {
  let space: Space;
  let key: string;
  let known: string[];
  beforeAll(async () => {
    space = await aSpace(under.admin);
    ({ key } = await aKey(under.admin, { role: 'admin' }));
    const [one, two] = [await anItem(space.api), await anItem(space.api)];
    const edge = await space.api.post('/edges', { source_id: one.id, target_id: two.id, edge_type: 'about' });
    const spare = await aKey(space.api);
    known = [one.id, two.id, edge.body.edge.id, spare.id, v7(), 'core.note', 'user.recipe', 'about', 'sailing'];
  });

  async function send(request: OddRequest, credential: string | null): Promise<Answer> {
    const response = await fetch(under.server.url + request.path, {
      method: request.method,
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      headers: { ...request.headers, ...(credential === null ? {} : { authorization: `Bearer ${credential}` }) },
      ...(request.body === undefined ? {} : { body: request.body }),
    });
    const text = await response.text();
    const contentType = response.headers.get('content-type') ?? '';
    const body = /json/.test(contentType) && text !== '' ? JSON.parse(text) : text;
    // Headers that Node's parser refuses never reach an endpoint.
    if (response.status !== 431) assertFitsDocument(request, { status: response.status, body, contentType });
    return { status: response.status, headers: response.headers, body };
  }

  /** An answer that an odd request may get: a success, or a refusal that tells of no inside and blames no server. */
  function judge(request: OddRequest, answer: Answer): void {
    if (answer.status < 400) return;
    const { status, code } = refusal(answer);
    const isFault = status >= 500 && code !== 'runtime_not_available';
    if (isFault) throw new Error(`${request.method} ${request.path} answered ${status} ${code}`);
  }

  const newestAudit = async (api: Api) => (await api.get('/audit?limit=1')).body.data[0]?.id;

  it.each(
    operations
      // HEAD is GET without what a judge could read.
      .filter(({ method, operation }) => method !== 'HEAD' && speaksJson(operation))
      .map((each) => [each.operation.operationId, each] as const),
  )(
    'to %s are answered or refused by their rules, and refused ones leave nothing behind',
    async (_name, operation) => {
      const credentials = [space.key, key, null];
      const property = fc.asyncProperty(
        oddRequests(document, operation, known),
        fc.constantFrom(...credentials.map((_, index) => index)),
        async (request, who) => {
          const witness = operation.method === 'GET' ? null : await newestAudit(under.admin);
          const answer = await send(request, credentials[who] ?? null);
          judge(request, answer);
          if (witness !== null && answer.status >= 400) expect(await newestAudit(under.admin)).toBe(witness);
        },
      );
      await fc.assert(property, { numRuns: RUNS, seed: SEED });
    },
    600_000,
  );

  it.each(
    operations
      .filter(({ method }) => !['GET', 'HEAD'].includes(method))
      .map((each) => [each.operation.operationId, each] as const),
  )('of ten megabytes to %s are refused', async (_name, { method, path, operation }) => {
    if (operation.requestBody?.content['application/octet-stream']) return;
    const request = {
      method,
      path: path.replaceAll(/\{\w+\}/g, known[0] ?? ''),
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ surprise: 'x'.repeat(10_000_000) }),
    };
    const answer = await send(request, space.key);
    expect(refusal(answer).status).toBeLessThan(500);
  });

  it('leave the server alive, with everything that was there', async () => {
    expect((await createApi(under.server.url).get('/health')).status).toBe(200);
    expect((await under.admin.get('/keys')).status).toBe(200);
    expect(under.server.output()).not.toMatch(/"level":(50|60)/);
  });
});
