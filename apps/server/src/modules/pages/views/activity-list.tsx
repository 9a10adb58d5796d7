import { Moment } from './moment.tsx';

export interface ActivityView {
  id: string;
  severity: string;
  summary: string;
  at: string;
  connectionId: string;
}

const WORDS: Record<string, string> = {
  info: 'Done',
  warning: 'Warning',
  error: 'Error',
  action_required: 'Your turn',
};

export function ActivityList({ rows }: { rows: ActivityView[] }) {
  if (rows.length === 0) return <p class="empty">Nothing to tell yet.</p>;
  return (
    <ul class="rows">
      {rows.map((row) => (
        <li key={row.id}>
          <div>
            <span class={`badge ${row.severity}`}>{WORDS[row.severity] ?? row.severity}</span>{' '}
            <a href={`/connections/${row.connectionId}`}>{row.summary}</a>
          </div>
          <span class="detail">
            <Moment at={row.at} none="" />
          </span>
        </li>
      ))}
    </ul>
  );
}
