/** The HTTP method of an endpoint, told by colour as well. */
export function Method({ name }: { name: string }) {
  return <span class={`method ${name.toLowerCase()}`}>{name}</span>;
}
