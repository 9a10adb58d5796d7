import { createHash, randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { formOf, type PageAnswer, type Person } from './person.ts';

export const REDIRECT = 'https://app.example.org/callback';
export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';
export const SCOPE = 'openid profile email core.note:write edge.about:write metadata:write';

/** The answer of an endpoint that apps call. */
export interface ProtocolReply {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks at whatever came back.
  body: any;
  text: string;
}

/** An app that registered itself. */
export interface App {
  id: string;
  secret: string | null;
  redirect: string;
  /** How it makes itself known in a form. */
  credentials: Record<string, string>;
}

/** What a token response holds. */
export interface Tokens {
  access_token: string;
  refresh_token: string;
  scope: string;
  expires_in: number;
  id_token?: string;
}

export type Fields = Record<string, string> | URLSearchParams | [string, string][];

async function take(response: Response): Promise<ProtocolReply> {
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  const body: unknown = isJson && text !== '' ? JSON.parse(text) : text;
  return { status: response.status, headers: response.headers, body, text };
}

/** Posts a form as an app does. */
export async function postForm(
  url: string,
  path: string,
  fields: Fields,
  headers: Record<string, string> = {},
): Promise<ProtocolReply> {
  return take(
    await fetch(url + path, { method: 'POST', redirect: 'manual', headers, body: new URLSearchParams(fields) }),
  );
}

/** Sends any body, or none, by any method. */
export async function send(url: string, path: string, request: RequestInit = {}): Promise<ProtocolReply> {
  return take(await fetch(url + path, { redirect: 'manual', ...request }));
}

export function register(url: string, metadata: Record<string, unknown> = {}): Promise<ProtocolReply> {
  return send(url, '/auth/oauth2/register', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ client_name: 'Notes', redirect_uris: [REDIRECT], ...metadata }),
  });
}

/** Registers an app: public, with one https address, unless said otherwise. */
export async function anApp(url: string, metadata: Record<string, unknown> = {}): Promise<App> {
  const { status, body } = await register(url, metadata);
  if (status !== 201) throw new Error(`not registered: ${status} ${JSON.stringify(body)}`);
  const secret: string | null = body.client_secret ?? null;
  return {
    id: body.client_id,
    secret,
    redirect: body.redirect_uris[0] ?? '',
    credentials: { client_id: body.client_id, ...(secret === null ? {} : { client_secret: secret }) },
  };
}

export const aConfidentialApp = (url: string, metadata: Record<string, unknown> = {}) =>
  anApp(url, { token_endpoint_auth_method: 'client_secret_post', ...metadata });

export interface Pkce {
  verifier: string;
  challenge: string;
}

export function aPkce(): Pkce {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

/** @returns a good authorization request, but for what is given; `null` leaves a parameter out. */
export function authorizeQuery(app: App, pkce: Pkce, changed: Record<string, string | null> = {}): URLSearchParams {
  const parameters: Record<string, string | null> = {
    response_type: 'code',
    client_id: app.id,
    redirect_uri: app.redirect,
    scope: SCOPE,
    state: 'a state & more',
    code_challenge: pkce.challenge,
    code_challenge_method: 'S256',
    ...changed,
  };
  return new URLSearchParams(Object.entries(parameters).filter((pair): pair is [string, string] => pair[1] !== null));
}

/** Opens the authorization page, as an app's link does. */
export const ask = (person: Person, query: URLSearchParams | string): Promise<PageAnswer> =>
  person.get(`/auth/authorize?${query}`);

/** Posts the form of a consent page. @param edit changes what the person would send. */
export function decide(
  person: Person,
  page: PageAnswer,
  decision: 'accept' | 'deny' = 'accept',
  edit: (form: URLSearchParams) => void = () => undefined,
): Promise<PageAnswer> {
  const form = formOf(page.html);
  form.set('decision', decision);
  edit(form);
  return person.post('/auth/authorize/decision', form);
}

/** The parameters that a redirect brings to the app. */
export function landed(answer: PageAnswer): Record<string, string> {
  if (answer.location === null) throw new Error(`no redirect: ${answer.status} ${answer.html.slice(0, 2000)}`);
  return Object.fromEntries(new URL(answer.location).searchParams);
}

export interface Code {
  code: string;
  pkce: Pkce;
}

/** Has the person let the app in; asked again if they did before. */
export async function aCode(
  person: Person,
  app: App,
  { changed = {}, edit }: { changed?: Record<string, string | null>; edit?: (form: URLSearchParams) => void } = {},
): Promise<Code> {
  const pkce = aPkce();
  const page = await ask(person, authorizeQuery(app, pkce, { prompt: 'consent', ...changed }));
  const { code, error } = landed(await decide(person, page, 'accept', edit));
  if (code === undefined) throw new Error(`no code: ${error}`);
  return { code, pkce };
}

/** Redeems a code; `null` leaves a field out. */
export function redeem(
  url: string,
  app: App,
  { code, pkce }: Code,
  changed: Record<string, string | null> = {},
): Promise<ProtocolReply> {
  const fields: Record<string, string | null> = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: app.redirect,
    code_verifier: pkce.verifier,
    ...app.credentials,
    ...changed,
  };
  const sent = Object.entries(fields).filter((pair): pair is [string, string] => pair[1] !== null);
  return postForm(url, '/auth/oauth2/token', sent);
}

export function refresh(
  url: string,
  app: App,
  token: string,
  changed: Record<string, string> = {},
): Promise<ProtocolReply> {
  return postForm(url, '/auth/oauth2/token', {
    grant_type: 'refresh_token',
    refresh_token: token,
    ...app.credentials,
    ...changed,
  });
}

/** @returns the tokens of a good answer. @throws with what was answered instead. */
export function tokensOf({ status, body }: ProtocolReply): Tokens {
  if (status !== 200) throw new Error(`no tokens: ${status} ${JSON.stringify(body)}`);
  return body as Tokens;
}

/** The whole way: the person lets the app in, and it redeems its code. */
export async function letIn(
  url: string,
  person: Person,
  app: App,
  options: { changed?: Record<string, string | null>; edit?: (form: URLSearchParams) => void } = {},
): Promise<Tokens> {
  const { redirect_uri = app.redirect } = options.changed ?? {};
  return tokensOf(await redeem(url, app, await aCode(person, app, options), { redirect_uri }));
}

export const revoke = (url: string, app: App, token: string): Promise<ProtocolReply> =>
  postForm(url, '/auth/oauth2/revoke', { token, ...app.credentials });

export const introspect = (url: string, app: App, token: string): Promise<ProtocolReply> =>
  postForm(url, '/auth/oauth2/introspect', { token, ...app.credentials });

/** @returns whether a token is good for anything: for the app that asks, and for the API. */
export async function isLive(url: string, app: App, token: string): Promise<boolean> {
  const { body } = await introspect(url, app, token);
  const { status } = await send(url, '/items', { headers: { authorization: `Bearer ${token}` } });
  return body.active === true || status !== 401;
}

/** None of the tokens that the answers gave is good for anything. */
export async function expectNothingLives(url: string, app: App, answers: ProtocolReply[]): Promise<void> {
  for (const { status, body } of answers) {
    if (status !== 200) continue;
    expect(await isLive(url, app, body.access_token)).toBe(false);
    expect((await introspect(url, app, body.refresh_token)).body).toEqual({ active: false });
    expect((await refresh(url, app, body.refresh_token)).status).toBe(400);
  }
}

/** What RFC 6749 section 5.2 allows in an error text. */
const ERROR_TEXT = /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/;

/**
 * What a refusal of an OAuth endpoint says. Looks at its form as well: a code twice, prose in visible ASCII, nothing of the
 * inside, not to be kept.
 */
export function oauthRefusal({ status, headers, body, text }: ProtocolReply): { status: number; error: string } {
  if (status < 400 || typeof body !== 'object' || typeof body?.error !== 'string')
    throw new Error(`no refusal: ${status} ${text.slice(0, 500)}`);
  if (body.code !== body.error || headers.get('x-error-code') !== body.error)
    throw new Error(`the codes differ: ${text} ${headers.get('x-error-code')}`);
  if (!ERROR_TEXT.test(body.error_description)) throw new Error(`not visible ASCII: ${text.slice(0, 500)}`);
  if (Object.keys(body).some((key) => !['error', 'error_description', 'code'].includes(key)))
    throw new Error(`more than an error: ${text.slice(0, 500)}`);
  if (headers.get('cache-control') !== 'no-store') throw new Error(`Cache-Control: ${headers.get('cache-control')}`);
  return { status, error: body.error };
}
