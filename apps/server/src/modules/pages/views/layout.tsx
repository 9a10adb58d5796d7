import type { ComponentChildren } from 'preact';

export interface LayoutProps {
  title: string;
  /** Null for pages that nobody has to be signed in for. */
  owner: { name: string; csrf: string } | null;
  /** Seconds until the browser asks again by itself; for a page whose content is about to change. */
  refreshSeconds?: number;
  children: ComponentChildren;
}

/** The frame of every page: one stylesheet, no script. */
export function Layout({ title, owner, refreshSeconds, children }: LayoutProps) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        {refreshSeconds ? <meta http-equiv="refresh" content={String(refreshSeconds)} /> : null}
        <title>{title} · Marfa</title>
        <link rel="stylesheet" href="/assets/marfa.css" />
        <link rel="icon" href="data:," />
      </head>
      <body>
        <a class="skip" href="#content">
          Skip to content
        </a>
        <header class="top">
          <a class="brand" href="/">
            <span class="mark" aria-hidden="true" />
            Marfa
          </a>
          {owner ? (
            <nav aria-label="Main">
              <a href="/catalogue">Integrations</a>
              <a href="/account/keys">API keys</a>
              <a href="/auth/security">Security</a>
              <form method="post" action="/auth/sign-out">
                <input type="hidden" name="csrf" value={owner.csrf} />
                <button class="link" type="submit">
                  Sign out
                </button>
              </form>
            </nav>
          ) : null}
        </header>
        <main id="content">{children}</main>
        <footer>Your data stays in this space. Integrations see only what you consented to.</footer>
      </body>
    </html>
  );
}
