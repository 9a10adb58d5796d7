const WORDS: Record<string, string> = {
  healthy: 'Healthy',
  degraded: 'Had a failure',
  failing: 'Failing',
  paused: 'Paused',
  reauth_required: 'Needs you',
  revoked: 'Uninstalled',
  queued: 'Waiting',
  running: 'Running',
  succeeded: 'Succeeded',
  retrying: 'Will be tried again',
  dead: 'Gave up',
  failed: 'Failed',
  skipped: 'Skipped',
};

/** A state in words and colour; the words alone are enough. */
export function StatusBadge({ status }: { status: string }) {
  return <span class={`badge ${status}`}>{WORDS[status] ?? status}</span>;
}
