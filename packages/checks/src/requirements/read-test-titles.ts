import ts from 'typescript';

const SUITES = new Set(['it', 'test', 'describe', 'describeServer']);

/**
 * @param path of a test file; its ending tells the language.
 * @param source its text.
 * @returns the titles of its tests and groups as they are written; what a template fills in is left out as `…`.
 */
export function readTestTitles(path: string, source: string): string[] {
  const titles: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && SUITES.has(rootOf(node.expression))) {
      const title = node.arguments[0] && textOf(node.arguments[0]);
      if (title !== undefined) titles.push(title);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, source, ts.ScriptTarget.Latest));
  return titles;
}

/** `it` of `it(…)`, `it.each(…)(…)` and `it.each<Row>(…)(…)`. */
function rootOf(callee: ts.Expression): string {
  if (ts.isIdentifier(callee)) return callee.text;
  if (ts.isPropertyAccessExpression(callee) || ts.isCallExpression(callee)) return rootOf(callee.expression);
  return '';
}

function textOf(title: ts.Expression): string | undefined {
  if (ts.isStringLiteralLike(title)) return title.text;
  if (!ts.isTemplateExpression(title)) return undefined;
  return title.head.text + title.templateSpans.map(({ literal }) => `…${literal.text}`).join('');
}
