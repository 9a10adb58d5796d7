import type { Response } from 'express';
import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';

/** Answers with a page. Pages hold personal data and form tokens: nobody may keep them. */
export function renderPage(response: Response, page: VNode, status = 200): void {
  response
    .status(status)
    .set('Cache-Control', 'no-store')
    .type('html')
    .send(`<!doctype html>${renderToString(page)}`);
}
