import type { Reference } from '../reference.ts';
import { DocsLayout } from './docs-layout.tsx';
import { FieldsTable } from './fields-table.tsx';
import { Prose } from './prose.tsx';

/** The schemas that have a name, one after the other. */
export function DocsSchemasPage({ reference }: { reference: Reference }) {
  return (
    <DocsLayout title="Schemas" reference={reference} path="/docs/schemas">
      <h1>Schemas</h1>
      {reference.schemas.map((schema) => (
        <section key={schema.name} class="card schema" id={schema.name}>
          <h2>{schema.name}</h2>
          {schema.description ? (
            <p>
              <Prose text={schema.description} />
            </p>
          ) : null}
          <FieldsTable rows={schema.rows} />
        </section>
      ))}
    </DocsLayout>
  );
}
