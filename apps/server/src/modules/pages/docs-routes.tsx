import { openApiDocument } from '@withmarfa/shared';
import type { Response, Router } from 'express';
import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import serverPackage from '../../../package.json' with { type: 'json' };
import { DOCS_STYLESHEET } from './docs-stylesheet.ts';
import { type Reference, toReference } from './reference.ts';
import { DocsHomePage } from './views/docs-home-page.tsx';
import { DocsResourcePage } from './views/docs-resource-page.tsx';
import { DocsSchemasPage } from './views/docs-schemas-page.tsx';

// The documents change with the release alone, but another release may stand at the same address tomorrow.
const CACHING = 'public, max-age=300';

/**
 * The API's reference for programs (`/openapi.json`) and for people (`/docs`); both are open to anyone.
 * @param publicUrl where people reach the server; known once it listens.
 */
export function mountDocsPages(router: Router, publicUrl: () => string): void {
  const document = openApiDocument({ version: serverPackage.version });
  const documentText = JSON.stringify(document);
  const reference = toReference(document);
  const rendered = new Map<string, string>();

  router.get('/openapi.json', (_request, response) => {
    response.type('json').set('Cache-Control', CACHING).set('Access-Control-Allow-Origin', '*').send(documentText);
  });
  router.get('/assets/docs.css', (_request, response) => {
    response.type('css').set('Cache-Control', CACHING).send(DOCS_STYLESHEET);
  });
  for (const [path, page] of pagesOf(reference, publicUrl)) {
    router.get(path, (_request, response: Response) => {
      // Made when first asked for: most servers are started more often than their reference is read.
      const html = rendered.get(path) ?? `<!doctype html>${renderToString(page())}`;
      rendered.set(path, html);
      response.type('html').set('Cache-Control', CACHING).send(html);
    });
  }
}

/** @returns every page by its path: there is nothing in them of whoever asks. */
function pagesOf(reference: Reference, publicUrl: () => string): [string, () => VNode][] {
  return [
    ['/docs', () => <DocsHomePage reference={reference} serverUrl={publicUrl()} />],
    ['/docs/schemas', () => <DocsSchemasPage reference={reference} />],
    ...reference.resources.map((resource): [string, () => VNode] => [
      resource.path,
      () => <DocsResourcePage reference={reference} resource={resource} />,
    ]),
  ];
}
