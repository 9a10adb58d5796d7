import { MarfaError, type Role } from '@withmarfa/shared';
import type { Request, Response } from 'express';
import type { SignedIn } from '../auth/index.ts';
import { createItemList } from '../items/index.ts';
import { toActivityView, toConnectionView } from './connection-views.ts';
import { formFaults, formFields } from './form-fields.ts';
import { NEWEST, newestBookmarks } from './newest-bookmarks.ts';
import type { PageRoutes, PageTools } from './page-context.ts';
import { renderPage } from './render-page.ts';
import { NoOwnerPage } from './views/account-pages.tsx';
import { CataloguePage } from './views/catalogue-page.tsx';
import { HomePage } from './views/home-page.tsx';
import { KeysPage } from './views/keys-page.tsx';

/** The owner's view of the space: Connections, their runs, the newest bookmarks, keys. */
export function mountSpacePages(routes: PageRoutes, tools: PageTools): void {
  const {
    platform,
    accounts,
    activity,
    audit,
    connections,
    integrations,
    keys,
    csrfToken,
    protectForm,
    requireSignedIn,
  } = tools;
  const { database } = platform;
  const items = createItemList(platform, tools.types);

  const ownerOf = (request: Request, response: Response, { user }: SignedIn) => ({
    name: user.name,
    csrf: csrfToken(request, response),
  });

  routes.get('/', async (request, response) => {
    if (!(await accounts.hasOwner())) return renderPage(response, <NoOwnerPage />);
    const session = await requireSignedIn(request, response);
    if (!session) return;
    const { spaceId } = session.caller;
    const [all, bookmarks, newest] = await Promise.all([
      connections.list(database.read, spaceId),
      newestBookmarks(items, database, { caller: session.caller }),
      activity.newest(database.read, spaceId, { limit: NEWEST, severity: 'action_required' }),
    ]);
    const active = all.filter((row) => row.active === 1);
    const attention = newest.filter((row) => active.some((connection) => connection.id === row.connection_id));
    renderPage(
      response,
      <HomePage
        owner={ownerOf(request, response, session)}
        connections={active.map(toConnectionView)}
        bookmarks={bookmarks}
        attention={attention.map(toActivityView)}
      />,
    );
  });

  routes.get('/catalogue', async (request, response) => {
    const session = await requireSignedIn(request, response);
    if (!session) return;
    const registered = await integrations.list({ limit: 200 });
    const newestOfEach = registered.filter(
      (entry, index) => registered[index - 1]?.manifest_name !== entry.manifest_name,
    );
    renderPage(response, <CataloguePage owner={ownerOf(request, response, session)} integrations={newestOfEach} />);
  });

  routes.get('/account/keys', async (request, response) => {
    const session = await requireSignedIn(request, response);
    if (!session) return;
    const owner = ownerOf(request, response, session);
    renderPage(
      response,
      <KeysPage
        owner={owner}
        keys={await keys.list(session.caller)}
        form={{ csrf: owner.csrf, values: {}, faults: {} }}
      />,
    );
  });

  routes.post('/account/keys', protectForm, async (request, response) => {
    const session = await requireSignedIn(request, response);
    if (!session) return;
    const owner = ownerOf(request, response, session);
    const { label = '', source = '' } = formFields(request);
    try {
      if (label.trim() === '' || source.trim() === '')
        throw new MarfaError('validation_error', 'A key needs a label and a source.');
      const made = await database.write(async (transaction) => {
        const created = await keys.create(
          transaction,
          session.caller,
          adminKey(session.caller.role, label.trim(), source.trim()),
        );
        await audit.record(transaction, session.caller, {
          action: 'key.create',
          resource_type: 'key',
          resource_id: created.key.id,
          details: { label: created.key.label, role: created.key.role },
        });
        return created;
      });
      const form = { csrf: owner.csrf, values: {}, faults: {} };
      renderPage(
        response,
        <KeysPage
          owner={owner}
          keys={await keys.list(session.caller)}
          form={form}
          created={{ label: made.key.label, key: made.secret.reveal() }}
        />,
      );
    } catch (error) {
      const faulty = formFaults(error);
      if (!faulty) throw error;
      renderPage(
        response,
        <KeysPage
          owner={owner}
          keys={await keys.list(session.caller)}
          form={{ csrf: owner.csrf, values: { label, source }, ...faulty }}
        />,
        400,
      );
    }
  });
}

function adminKey(role: Role, label: string, source: string) {
  const maps = { type_permissions: {}, extension_permissions: {}, edge_permissions: {}, metadata_permissions: {} };
  return {
    label: label.slice(0, 200),
    source: source.slice(0, 200),
    role,
    default_tier: 'library' as const,
    is_platform: false,
    ...maps,
  };
}
