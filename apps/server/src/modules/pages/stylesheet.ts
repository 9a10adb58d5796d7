/** The one stylesheet: system fonts, light and dark, one column on a phone. */
export const STYLESHEET = `
:root {
  color-scheme: light dark;
  --ground: #f6f4ef; --card: #fffefb; --ink: #22211e; --soft: #6a665d; --line: #e2ddd1;
  --accent: #8a3b12; --accent-ink: #fffaf4; --good: #2c6e49; --warn: #9a6700; --bad: #a4262c; --tint: #f3e9dd;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #1a1917; --card: #24221f; --ink: #efece5; --soft: #a8a297; --line: #3a3731;
    --accent: #e59a63; --accent-ink: #221409; --good: #7cc79c; --warn: #e0b252; --bad: #f28b82; --tint: #332a21;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
a { color: var(--accent); text-underline-offset: 0.15em; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 1rem; letter-spacing: -0.01em; }
h2 { font-size: 1.1rem; margin: 1.5rem 0 0.5rem; }
.card > h2:first-child, .heading h1, .heading h2 { margin: 0; }
p { margin: 0.5rem 0; }
code { font: 0.92em ui-monospace, SFMono-Regular, Menlo, monospace; background: var(--tint); padding: 0.1em 0.35em; border-radius: 0.3em; overflow-wrap: anywhere; }
code.secret { display: inline-block; padding: 0.6em 0.8em; user-select: all; }
.skip { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--card); padding: 0.5rem 1rem; }
.top, main, footer { max-width: 60rem; margin: 0 auto; padding: 1rem 1.25rem; }
.top { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0.5rem 1.5rem; }
.top nav { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem 1.25rem; }
.brand { display: inline-flex; align-items: center; gap: 0.5rem; font-weight: 650; color: var(--ink); text-decoration: none; font-size: 1.1rem; }
.mark { width: 1rem; height: 1rem; border-radius: 50%; background: radial-gradient(circle at 32% 30%, #f3b27a, var(--accent) 70%); }
footer { color: var(--soft); font-size: 0.85rem; padding-bottom: 2.5rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 0.9rem; padding: 1.25rem; margin: 0 0 1.25rem; }
.card.narrow { max-width: 28rem; margin: 2rem auto; }
.card.medium { max-width: 40rem; }
.card.attention { border-color: var(--accent); background: var(--tint); }
.heading { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0.5rem 1rem; margin-bottom: 0.75rem; }
.rows { list-style: none; margin: 0; padding: 0; }
.rows > li { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: center; gap: 0.35rem 1.25rem; padding: 0.75rem 0; border-top: 1px solid var(--line); }
.rows > li:first-child { border-top: 0; }
.rows > li > div:first-child { flex: 1 1 16rem; min-width: 0; overflow-wrap: anywhere; }
.title { font-weight: 600; }
.detail, .hint, .optional, .empty { color: var(--soft); font-size: 0.9rem; margin: 0.1rem 0; }
.optional { font-weight: 400; }
.facts { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem 1rem; }
.facts-list { display: grid; grid-template-columns: minmax(7rem, auto) 1fr; gap: 0.35rem 1.25rem; margin: 0; }
.facts-list dt { color: var(--soft); }
.facts-list dd { margin: 0; overflow-wrap: anywhere; }
.badge { display: inline-block; font-size: 0.8rem; font-weight: 600; padding: 0.1rem 0.6rem; border-radius: 1rem; border: 1px solid currentColor; color: var(--soft); white-space: nowrap; }
.badge.healthy, .badge.succeeded, .badge.info { color: var(--good); }
.badge.degraded, .badge.retrying, .badge.warning, .badge.queued, .badge.running, .badge.paused { color: var(--warn); }
.badge.failing, .badge.dead, .badge.failed, .badge.error, .badge.action_required, .badge.reauth_required { color: var(--bad); }
.grants { margin: 0.25rem 0; padding-left: 1.2rem; }
.field { margin: 1rem 0; }
.field label { display: block; font-weight: 600; margin-bottom: 0.2rem; }
input:not([type=checkbox]), textarea, select { width: 100%; font: inherit; color: inherit; background: var(--ground); border: 1px solid var(--soft); border-radius: 0.5rem; padding: 0.6rem 0.75rem; margin-top: 0.2rem; }
input:focus-visible, textarea:focus-visible, select:focus-visible, button:focus-visible, a:focus-visible, summary:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.faulty input, .faulty textarea, .faulty select { border-color: var(--bad); }
.fault { color: var(--bad); font-size: 0.9rem; margin: 0.25rem 0; overflow-wrap: anywhere; }
.message { border-left: 4px solid var(--bad); background: var(--tint); padding: 0.6rem 0.9rem; border-radius: 0.3rem; overflow-wrap: anywhere; }
.message.good { border-color: var(--good); margin-bottom: 1.25rem; }
.aside { margin-top: 1rem; color: var(--soft); font-size: 0.95rem; }
button, .button { display: inline-block; font: inherit; font-weight: 600; cursor: pointer; text-decoration: none; border: 1px solid var(--accent); background: var(--accent); color: var(--accent-ink); border-radius: 0.55rem; padding: 0.55rem 1.1rem; min-height: 2.75rem; }
button.secondary, .button.secondary { background: transparent; color: var(--accent); }
button.danger { background: var(--bad); border-color: var(--bad); color: #fff; }
button.link { background: none; border: 0; color: var(--accent); padding: 0; min-height: 0; font-weight: 400; text-decoration: underline; text-underline-offset: 0.15em; }
button:disabled { opacity: 0.6; cursor: default; }
.card.centred { margin-left: auto; margin-right: auto; }
.choices { border: 0; margin: 1.25rem 0 0; padding: 0; min-width: 0; }
.choices legend { font-weight: 650; padding: 0; margin-bottom: 0.25rem; }
.choice { display: grid; grid-template-columns: auto minmax(0, 1fr); overflow-wrap: anywhere; gap: 0 0.75rem; align-items: start; padding: 0.6rem 0; border-top: 1px solid var(--line); }
.choice input { width: 1.25rem; height: 1.25rem; margin: 0.2rem 0 0; accent-color: var(--accent); }
.choice label { display: block; cursor: pointer; padding-bottom: 0.1rem; }
.part { border: 1px solid var(--line); border-radius: 0.6rem; padding: 0.75rem 1rem; margin: 1rem 0; }
.part h2 { margin: 0; }
.plain { list-style: none; margin: 0.5rem 0 0; padding: 0; overflow-wrap: anywhere; }
.plain li { padding: 0.6rem 0; border-top: 1px solid var(--line); }
.facts-list.small { font-size: 0.9rem; grid-template-columns: minmax(5rem, auto) minmax(0, 1fr); margin-top: 1rem; padding-top: 1rem; border-top: 1px solid var(--line); }
.message .secret { background: var(--card); font-size: 1.2rem; letter-spacing: 0.06em; }
.actions { display: flex; flex-wrap: wrap; align-items: flex-start; gap: 0.75rem 1rem; margin-top: 1.25rem; }
summary { cursor: pointer; padding: 0.6rem 0; color: var(--soft); }
@media (prefers-color-scheme: dark) { button.danger { color: #2a0d0b; } }
`;
