/** Text in which `backticks` mark code. */
export function Prose({ text }: { text: string }) {
  return (
    <>
      {text.split('`').map((piece, index) => (index % 2 === 1 ? <code key={`${index}${piece}`}>{piece}</code> : piece))}
    </>
  );
}
