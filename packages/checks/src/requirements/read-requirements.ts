/** One row of a table of requirements. */
export interface Requirement {
  asked: string;
  /** The tests that show it: part of a test file's path, and part of a title in it. */
  tests: { file: string; title: string }[];
  /** What stands in place of tests. */
  reason: string;
}

const REFERENCE = /``? ?([\w./-]+\.test\.tsx?) › (.+?) ?``?(?=<br>|$|[^`\w])/g;

/** @returns the rows of every table in a Markdown text whose second column is “Shown by”. */
export function readRequirements(markdown: string): Requirement[] {
  const rows: Requirement[] = [];
  for (const line of markdown.split('\n')) {
    const [, asked = '', shown = ''] = /^\| (.+?) +\| (.+?) +\|$/.exec(line) ?? [];
    if (asked === '' || asked === 'What is asked' || /^-+$/.test(asked)) continue;
    const tests = [...shown.matchAll(REFERENCE)].map(([, file = '', title = '']) => ({ file, title }));
    rows.push({ asked, tests, reason: tests.length > 0 ? '' : shown });
  }
  return rows;
}
