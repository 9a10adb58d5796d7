import type { Reference, ReferenceBody, ReferenceEndpoint, ReferenceResource } from '../reference.ts';
import { DocsLayout } from './docs-layout.tsx';
import { FieldsTable } from './fields-table.tsx';
import { Method } from './method.tsx';
import { Prose } from './prose.tsx';

/** Every endpoint of one resource, with all that a caller has to know. */
export function DocsResourcePage({ reference, resource }: { reference: Reference; resource: ReferenceResource }) {
  return (
    <DocsLayout title={resource.name} reference={reference} path={resource.path}>
      <h1>{resource.name}</h1>
      <p>{resource.description}</p>
      {resource.endpoints.map((endpoint) => (
        <EndpointSection key={endpoint.id} endpoint={endpoint} />
      ))}
    </DocsLayout>
  );
}

function EndpointSection({ endpoint }: { endpoint: ReferenceEndpoint }) {
  return (
    <section class="card endpoint" id={endpoint.id}>
      <h2>
        <Method name={endpoint.method} />
        <a href={`#${endpoint.id}`}>{endpoint.path}</a>
      </h2>
      <p>
        <Prose text={endpoint.summary} />
      </p>
      <p class="detail">{endpoint.audience}</p>
      {endpoint.parameters.length > 0 ? (
        <>
          <h3>Parameters</h3>
          <FieldsTable rows={endpoint.parameters} />
        </>
      ) : null}
      {endpoint.body ? <BodySection title="Body" body={endpoint.body} /> : null}
      {endpoint.answers.map((answer) => (
        <BodySection key={answer.caption} title="Answer" body={answer} />
      ))}
      <h3>Error codes</h3>
      <ul class="codes">
        {endpoint.errors.map(({ code, status }) => (
          <li key={code}>
            <code>
              {status} {code}
            </code>
          </li>
        ))}
      </ul>
      <h3>Try it</h3>
      <pre>{endpoint.curl}</pre>
    </section>
  );
}

function BodySection({ title, body }: { title: string; body: ReferenceBody }) {
  return (
    <>
      <h3>
        {title} <span class="caption">{body.caption}</span>
      </h3>
      <FieldsTable rows={body.rows} />
    </>
  );
}
