import type { Reference } from '../reference.ts';
import { DocsLayout } from './docs-layout.tsx';
import { Method } from './method.tsx';
import { Prose } from './prose.tsx';

const firstCalls = (serverUrl: string) => `export MARFA=${serverUrl} KEY=marfa_k1_…
curl "$MARFA/items?type=core.note&limit=10" -H "Authorization: Bearer $KEY"`;

/** The way in: how to call, and every endpoint there is. */
export function DocsHomePage({ reference, serverUrl }: { reference: Reference; serverUrl: string }) {
  return (
    <DocsLayout title="Start" reference={reference} path="/docs">
      <h1>The Marfa API</h1>
      <section class="card">
        <p>
          <Prose text={reference.description} />
        </p>
        <p>
          The same as a document for programs: <a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1). For TypeScript
          there is <code>@withmarfa/client</code>.
        </p>
        <p>The commands on these pages run in a shell that knows the server's address and a key:</p>
        <pre>{firstCalls(serverUrl)}</pre>
      </section>
      {reference.resources.map((resource) => (
        <section key={resource.path} class="card">
          <h2>
            <a href={resource.path}>{resource.name}</a>
          </h2>
          <p>{resource.description}</p>
          <ul class="endpoint-list">
            {resource.endpoints.map((endpoint) => (
              <li key={endpoint.id}>
                <Method name={endpoint.method} />
                <a href={`${resource.path}#${endpoint.id}`}>{endpoint.path}</a>
                <p>
                  <Prose text={endpoint.summary} />
                </p>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </DocsLayout>
  );
}
