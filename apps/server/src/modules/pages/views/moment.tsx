/** A time as people read it, in UTC; the exact one is in the markup. */
export function Moment({ at, none }: { at: string | null; none: string }) {
  if (at === null) return <>{none}</>;
  const [date = '', time = ''] = at.split('T');
  return (
    <time datetime={at}>
      {date} {time.slice(0, 5)}
    </time>
  );
}
