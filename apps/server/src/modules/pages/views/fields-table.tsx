import type { SchemaRow } from '../schema-rows.ts';
import { Prose } from './prose.tsx';

/** A schema or a list of parameters, one field a line. */
export function FieldsTable({ rows }: { rows: (SchemaRow & { place?: string })[] }) {
  return (
    <table class="fields">
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">Type</th>
          <th scope="col">Meaning</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={`${row.place ?? ''}${row.name}`}>
            <td>
              {row.name === '' ? <span class="note">the whole</span> : <code>{row.name}</code>}{' '}
              {row.required && row.name !== '' ? <span class="need">required</span> : null}{' '}
              {row.place ? <span class="note">{row.place}</span> : null}
            </td>
            <td class="type">
              {row.type.map((part, index) =>
                part.schema ? (
                  <a key={`${index}${part.text}`} href={`/docs/schemas#${part.schema}`}>
                    {part.text}
                  </a>
                ) : (
                  part.text
                ),
              )}
            </td>
            <td>
              {row.description ? <Prose text={row.description} /> : null}{' '}
              {row.notes.length > 0 ? <span class="note">{row.notes.join('; ')}</span> : null}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
