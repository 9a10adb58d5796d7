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

/** The API's reference for programs (`/openapi.json`) and for people (`/docs`); both are open to anyone. */
export function mountDocsPages(router: Router): void {
  const document = openApiDocument({ version: serverPackage.version });
  const documentText = JSON.stringify(document);
  const reference = toReference(document);
  const pages = renderAll(reference);

  router.get('/openapi.json', (_request, response) => {
    response.type('json').set('Cache-Control', CACHING).set('Access-Control-Allow-Origin', '*').send(documentText);
  });
  router.get('/assets/docs.css', (_request, response) => {
    response.type('css').set('Cache-Control', CACHING).send(DOCS_STYLESHEET);
  });
  for (const [path, html] of pages) {
    router.get(path, (_request, response: Response) => {
      response.type('html').set('Cache-Control', CACHING).send(html);
    });
  }
}

/** @returns every page by its path: there is nothing in them of whoever asks. */
function renderAll(reference: Reference): [string, string][] {
  const html = (page: VNode) => `<!doctype html>${renderToString(page)}`;
  return [
    ['/docs', html(<DocsHomePage reference={reference} />)],
    ['/docs/schemas', html(<DocsSchemasPage reference={reference} />)],
    ...reference.resources.map((resource): [string, string] => [
      resource.path,
      html(<DocsResourcePage reference={reference} resource={resource} />),
    ]),
  ];
}
