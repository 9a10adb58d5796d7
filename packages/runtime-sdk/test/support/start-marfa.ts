import { type HttpServer, type SeenRequest, startHttpServer } from './start-http-server.ts';

/** What a route answers: a status with a JSON body, or a connection cut off. */
export type Answer = { status: number; body?: unknown; headers?: Record<string, string> } | 'cut off' | 'never';

type Route = (request: SeenRequest, count: number) => Answer;

/**
 * A Marfa server that answers from a table: `{ 'POST /items': (request, count) => answer }`; a `*` at the end of a path
 * stands for anything. Each route counts its requests from 1.
 */
export async function startMarfa(routes: Record<string, Route>): Promise<HttpServer> {
  const counts = new Map<Route, number>();
  return startHttpServer((request, response) => {
    const place = `${request.method} ${request.url.split('?')[0]}`;
    const [, route] =
      Object.entries(routes).find(([pattern]) =>
        pattern.endsWith('*') ? place.startsWith(pattern.slice(0, -1)) : place === pattern,
      ) ?? [];
    const count = route ? (counts.get(route) ?? 0) + 1 : 0;
    if (route) counts.set(route, count);
    const answer = route?.(request, count) ?? { status: 404, body: refusal('not_found') };
    if (answer === 'never') return;
    if (answer === 'cut off') {
      response.destroy();
      return;
    }
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
    response.end(answer.body === undefined ? '' : JSON.stringify(answer.body));
  });
}

/** The body of an error answer. */
export function refusal(code: string, details?: Record<string, unknown>) {
  return { error: { code, message: `Refused: ${code}.`, ...(details ? { details } : {}) } };
}
