import { assertFitsDocument } from './fits-document.ts';

/** The answer of one API call. */
export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks at whatever came back.
  body: any;
}

/** Calls one server's API with one credential; an answer that the OpenAPI document does not allow fails the test. */
export interface Api {
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  get(path: string): Promise<Answer>;
  post(path: string, body?: unknown): Promise<Answer>;
  patch(path: string, body: unknown): Promise<Answer>;
  put(path: string, body: unknown): Promise<Answer>;
  delete(path: string): Promise<Answer>;
  /** What it authenticates with. */
  readonly key: string | null;
  /** The same server with another credential, or with none. */
  as(key: string | null): Api;
}

export function createApi(url: string, key: string | null = null): Api {
  const call = async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> => {
    const response = await fetch(`${url}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    const parsed = isJson && text ? JSON.parse(text) : text;
    const { status } = response;
    assertFitsDocument(
      { method, path },
      { status, body: parsed, contentType: response.headers.get('content-type') ?? '' },
    );
    return { status, headers: response.headers, body: parsed };
  };
  return {
    key,
    call,
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body),
    patch: (path, body) => call('PATCH', path, body),
    put: (path, body) => call('PUT', path, body),
    delete: (path) => call('DELETE', path),
    as: (other) => createApi(url, other),
  };
}

/** Makes the first key of a fresh server: an admin. */
export async function bootstrap(url: string): Promise<Api> {
  const { status, body } = await createApi(url).post('/keys', { label: 'First', source: 'tests' });
  if (status !== 201) throw new Error(`no first key: ${status} ${JSON.stringify(body)}`);
  return createApi(url, body.key);
}
