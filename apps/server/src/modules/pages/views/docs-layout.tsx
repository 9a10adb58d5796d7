import type { ComponentChildren } from 'preact';
import type { Reference } from '../reference.ts';

export interface DocsLayoutProps {
  title: string;
  reference: Reference;
  /** The path of the page itself, marked in the side list. */
  path: string;
  children: ComponentChildren;
}

/** The frame of the reference: the resources in a side list, no script, nobody's data. */
export function DocsLayout({ title, reference, path, children }: DocsLayoutProps) {
  const link = (to: string, name: string) => (
    <li key={to}>
      <a href={to} aria-current={to === path ? 'page' : undefined}>
        {name}
      </a>
    </li>
  );
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{title} · Marfa API</title>
        <link rel="stylesheet" href="/assets/marfa.css" />
        <link rel="stylesheet" href="/assets/docs.css" />
        <link rel="icon" href="data:," />
      </head>
      <body class="docs">
        <a class="skip" href="#content">
          Skip to content
        </a>
        <header class="top">
          <a class="brand" href="/docs">
            <span class="mark" aria-hidden="true" />
            Marfa API
          </a>
          <nav aria-label="Elsewhere">
            <a href="/openapi.json">OpenAPI</a>
            <a href="/">Your space</a>
          </nav>
        </header>
        <main>
          <nav class="side" aria-label="Resources">
            <ul>
              {link('/docs', 'Start')}
              {reference.resources.map((resource) => link(resource.path, resource.name))}
              {link('/docs/schemas', 'Schemas')}
            </ul>
          </nav>
          <div id="content">{children}</div>
        </main>
        <footer>
          Version {reference.version}. Made from the same definitions that the server checks requests with.
        </footer>
      </body>
    </html>
  );
}
