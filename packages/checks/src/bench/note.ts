/** The body of a write as the benchmarks make it. */
export const NOTE = JSON.stringify({
  type: 'core.note',
  properties: { title: 'A note of a usual size', body: 'About four hundred bytes of text, as notes have. '.repeat(7) },
});
