/** What the reference pages add to the stylesheet of all pages. */
export const DOCS_STYLESHEET = `
.docs .top, .docs main, .docs footer { max-width: 78rem; }
.docs main { display: grid; grid-template-columns: 12rem minmax(0, 1fr); gap: 0 2rem; align-items: start; }
.side { position: sticky; top: 1rem; font-size: 0.95rem; }
.side ul { list-style: none; margin: 0; padding: 0; }
.side a { display: block; padding: 0.3rem 0.6rem; border-radius: 0.4rem; color: var(--ink); text-decoration: none; }
.side a:hover { background: var(--tint); }
.side a[aria-current] { background: var(--tint); font-weight: 600; }
.endpoint { scroll-margin-top: 1rem; }
.endpoint > h2 { display: flex; flex-wrap: wrap; gap: 0.3rem 0.6rem; align-items: baseline; margin: 0; font-size: 1.05rem; }
.endpoint > h2 a { color: inherit; text-decoration: none; overflow-wrap: anywhere; font-family: ui-monospace, SFMono-Regular, Menlo, monospace; }
.endpoint h3, .schema h3 { font-size: 0.95rem; margin: 1.25rem 0 0.35rem; }
.schema { scroll-margin-top: 1rem; }
.method { font: 700 0.75rem/1 ui-monospace, SFMono-Regular, Menlo, monospace; letter-spacing: 0.03em; border: 1px solid currentColor; border-radius: 0.35rem; padding: 0.2rem 0.4rem; color: var(--good); }
.method.post, .method.put, .method.patch { color: var(--warn); }
.method.delete { color: var(--bad); }
.endpoint-list { list-style: none; margin: 0; padding: 0; }
.endpoint-list li { display: grid; grid-template-columns: 4.2rem minmax(0, 1fr); gap: 0.1rem 0.5rem; padding: 0.5rem 0; border-top: 1px solid var(--line); align-items: baseline; }
.endpoint-list li:first-child { border-top: 0; }
.endpoint-list .method { justify-self: start; }
.endpoint-list p { grid-column: 2; margin: 0; color: var(--soft); font-size: 0.9rem; }
.endpoint-list a { overflow-wrap: anywhere; font-family: ui-monospace, SFMono-Regular, Menlo, monospace; font-size: 0.92rem; }
table { width: 100%; border-collapse: collapse; font-size: 0.9rem; }
th { text-align: left; color: var(--soft); font-weight: 600; }
th, td { padding: 0.4rem 0.75rem 0.4rem 0; border-top: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
thead th { border-top: 0; }
td:first-child { width: 34%; }
td.type { width: 26%; }
.need { color: var(--accent); font-size: 0.8rem; font-weight: 600; }
.note { color: var(--soft); }
.caption { color: var(--soft); font-weight: 400; }
.codes { display: flex; flex-wrap: wrap; gap: 0.35rem; list-style: none; margin: 0; padding: 0; }
.codes li { font-size: 0.85rem; }
pre { background: var(--ground); border: 1px solid var(--line); border-radius: 0.6rem; padding: 0.75rem 0.9rem; margin: 0.25rem 0 0; overflow-x: auto; font: 0.85rem/1.5 ui-monospace, SFMono-Regular, Menlo, monospace; user-select: all; white-space: pre-wrap; overflow-wrap: anywhere; }
@media (max-width: 48rem) {
  .docs main { display: block; }
  .side { position: static; margin-bottom: 1.25rem; }
  .side ul { display: flex; flex-wrap: wrap; gap: 0.25rem; }
  .side a { border: 1px solid var(--line); }
  .fields thead { position: absolute; left: -999rem; }
  .fields, .fields tbody, .fields tr, .fields td { display: block; width: auto; }
  .fields tr { border-top: 1px solid var(--line); padding: 0.4rem 0; }
  .fields td, .fields td.type, .fields td:first-child { border: 0; padding: 0.1rem 0; width: auto; }
  .fields td:empty { display: none; }
}
`;
