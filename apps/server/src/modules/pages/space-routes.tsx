import { MarfaError, type Role } from '@withmarfa/shared';
import type { Request, Response } from 'express';
import type { Caller } from '../../platform/caller.ts';
import type { ActivityEntry } from '../activity/index.ts';
import type { SignedIn } from '../auth/index.ts';
import type { ConnectionRow } from '../connections/index.ts';
import { createItemList } from '../items/index.ts';
import { formFaults, formFields } from './form-fields.ts';
import type { PageRoutes, PageTools } from './page-context.ts';
import { renderPage } from './render-page.ts';
import { NoOwnerPage } from './views/account-pages.tsx';
import type { ActivityView } from './views/activity-list.tsx';
import { CataloguePage } from './views/catalogue-page.tsx';
import { ConnectionPage } from './views/connection-page.tsx';
import { type BookmarkView, type ConnectionView, HomePage, toBookmarkView } from './views/home-page.tsx';
import { KeysPage } from './views/keys-page.tsx';

const NEWEST = 20;

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
    runs,
    starter,
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

  async function newestBookmarks(caller: Caller, source?: string): Promise<BookmarkView[]> {
    const { data } = await items.list(database.read, caller, {
      type: 'core.bookmark',
      state: 'active',
      tier: 'all',
      sort: 'timestamp',
      direction: 'desc',
      limit: NEWEST,
      ...(source === undefined ? {} : { source }),
    });
    return data.map((row) => toBookmarkView('item' in row ? row.item : row));
  }

  routes.get('/', async (request, response) => {
    if (!(await accounts.hasOwner())) return renderPage(response, <NoOwnerPage />);
    const session = await requireSignedIn(request, response);
    if (!session) return;
    const { spaceId } = session.caller;
    const [all, bookmarks, newest] = await Promise.all([
      connections.list(database.read, spaceId),
      newestBookmarks(session.caller),
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

  async function showConnection(
    request: Request,
    response: Response,
    session: SignedIn,
    id: string,
    message?: string,
  ): Promise<void> {
    const { spaceId } = session.caller;
    const row = await connections.require(database.read, spaceId, id);
    const [page, rows, bookmarks, { manifest }] = await Promise.all([
      runs.list(spaceId, id, { limit: NEWEST }),
      activity.newest(database.read, spaceId, { limit: NEWEST, connectionId: id }),
      newestBookmarks(session.caller, row.source),
      integrations.get(row.integration_id),
    ]);
    renderPage(
      response,
      <ConnectionPage
        owner={ownerOf(request, response, session)}
        connection={{
          ...toConnectionView(row),
          active: row.active === 1,
          configuration: JSON.parse(row.configuration) as Record<string, unknown>,
        }}
        runs={page.data}
        activity={rows.map(toActivityView)}
        bookmarks={bookmarks}
        canRun={manifest.triggers.some((trigger) => trigger.type === 'manual')}
        message={message}
      />,
      message ? 400 : 200,
    );
  }

  routes.get('/connections/:id', async (request, response) => {
    const session = await requireSignedIn(request, response);
    if (session) await showConnection(request, response, session, String(request.params.id));
  });

  routes.post('/connections/:id/actions/run', protectForm, async (request, response) => {
    const session = await requireSignedIn(request, response);
    if (!session) return;
    const id = String(request.params.id);
    try {
      await starter.start(session.caller, id);
      response.redirect(303, `/connections/${id}`);
    } catch (error) {
      if (!MarfaError.is(error) || error.code === 'connection_not_found') throw error;
      await showConnection(request, response, session, id, error.message);
    }
  });

  routes.post('/connections/:id/actions/uninstall', protectForm, async (request, response) => {
    const session = await requireSignedIn(request, response);
    if (!session) return;
    await database.write((transaction) =>
      connections.uninstall(transaction, session.caller, String(request.params.id)),
    );
    response.redirect(303, '/');
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

function toConnectionView(row: ConnectionRow): ConnectionView {
  const iso = (timeMs: number | null) => (timeMs === null ? null : new Date(timeMs).toISOString());
  return {
    id: row.id,
    label: row.label,
    integration: row.integration_name,
    version: row.integration_version,
    status: row.active === 1 ? row.runtime_status : 'revoked',
    lastSyncAt: iso(row.last_sync_at_ms),
    nextRunAt: iso(row.due_at_ms),
  };
}

function toActivityView(row: ActivityEntry): ActivityView {
  return { id: row.id, severity: row.severity, summary: row.summary, at: row.at, connectionId: row.connection_id };
}
