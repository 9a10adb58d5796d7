import { MarfaError } from '@withmarfa/shared';
import type { Request, Response } from 'express';
import type { SignedIn } from '../auth/index.ts';
import { isTriggerGranted } from '../connections/index.ts';
import { createItemList } from '../items/index.ts';
import { toActivityView, toConnectionView } from './connection-views.ts';
import { formFaults, formFields } from './form-fields.ts';
import { queryText } from './form-tools.tsx';
import { NEWEST, newestBookmarks } from './newest-bookmarks.ts';
import type { PageRoutes, PageTools } from './page-context.ts';
import { renderPage } from './render-page.ts';
import { readConfiguration, settingTexts, toSettingTexts } from './settings-form.ts';
import { ConfigurePage } from './views/configure-page.tsx';
import { ConnectionPage } from './views/connection-page.tsx';
import { UpgradePage } from './views/upgrade-page.tsx';
import { WebhookSecretPage } from './views/webhook-secret-page.tsx';

const bringsBookmarks = ({ type_permissions }: { type_permissions: string }) =>
  'core.bookmark' in (JSON.parse(type_permissions) as object);

/** For which a former secret is taken beside the one that replaces it: a day to tell the service. */
const OVERLAP_SECONDS = 86_400;

type Act = (session: SignedIn, id: string, fields: Record<string, string>) => Promise<unknown>;

/** One Connection: what it does, and what its person can do with it. */
export function mountConnectionPages(routes: PageRoutes, tools: PageTools): void {
  const { platform, activity, connections, lifecycle, upgrader, integrations, credentials, runs, starter } = tools;
  const { inboundWebhooks, deadLetters, csrfToken, protectForm, requireSignedIn } = tools;
  const { database } = platform;
  const items = createItemList(platform, tools.types);
  const ownerOf = (request: Request, response: Response, { user }: SignedIn) => ({
    name: user.name,
    csrf: csrfToken(request, response),
  });

  async function show(request: Request, response: Response, session: SignedIn, message?: string): Promise<void> {
    const { spaceId } = session.caller;
    const id = String(request.params.id);
    const row = await connections.require(database.read, spaceId, id);
    const [page, rows, bookmarks, credential, plan, inbound, letters] = await Promise.all([
      runs.list(spaceId, id, { limit: NEWEST }),
      activity.newest(database.read, spaceId, { limit: NEWEST, connectionId: id }),
      newestBookmarks(items, database, { caller: session.caller, source: row.source }),
      row.credential_ref === null ? null : credentials.find(database.read, spaceId, row.credential_ref),
      row.active === 1 ? upgrader.plan(session.caller, id) : null,
      inboundWebhooks.list(session.caller, id),
      deadLetters.list({ spaceId, connectionId: id }, { limit: NEWEST }),
    ]);
    renderPage(
      response,
      <ConnectionPage
        owner={ownerOf(request, response, session)}
        connection={{
          ...toConnectionView(row),
          active: row.active === 1,
          configuration: JSON.parse(row.configuration) as Record<string, unknown>,
          reauthReason: row.reauth_reason,
        }}
        credential={credential && { kind: credential.kind, label: credential.label }}
        candidate={plan?.candidate?.manifest_version ?? null}
        notice={queryText(request, 'notice')}
        runs={page.data}
        inbound={inbound}
        deadLetters={letters}
        activity={rows.map(toActivityView)}
        bookmarks={bringsBookmarks(row) ? bookmarks : null}
        canRun={isTriggerGranted(row, 'manual') && row.runtime_status !== 'paused' && row.reauth_reason === null}
        message={message}
      />,
      message ? 400 : 200,
    );
  }

  routes.get('/connections/:id', async (request, response) => {
    const session = await requireSignedIn(request, response);
    if (session) await show(request, response, session);
  });

  /** A form that does one thing: then the page again, with what was wrong if something was. */
  function action(name: string, act: Act, leadsTo?: string): void {
    routes.post(`/connections/:id/actions/${name}`, protectForm, async (request, response) => {
      const session = await requireSignedIn(request, response);
      if (!session) return;
      const id = String(request.params.id);
      try {
        await act(session, id, formFields(request));
        response.redirect(303, leadsTo ?? `/connections/${id}?notice=${name}`);
      } catch (error) {
        if (!MarfaError.is(error) || error.code === 'connection_not_found' || error.status >= 500) throw error;
        await show(request, response, session, error.message);
      }
    });
  }

  action('run', ({ caller }, id) => starter.start(caller, id));
  action('pause', ({ caller }, id) => database.write((transaction) => lifecycle.pause(transaction, caller, id)));
  action('resume', ({ caller }, id) => database.write((transaction) => lifecycle.resume(transaction, caller, id)));
  action(
    'uninstall',
    ({ caller }, id) => database.write((transaction) => connections.uninstall(transaction, caller, id)),
    '/',
  );
  action('upgrade', ({ caller }, id, { to_version }) => upgrader.upgrade(caller, id, to_version || undefined));
  action('token', ({ caller }, id, { api_token = '' }) =>
    database.write(async (transaction) => {
      if (!/^[\x20-\x7e]{1,2048}$/.test(api_token.trim()))
        throw new MarfaError('validation_error', 'A token is 1 to 2048 printable ASCII characters.');
      const { credential_ref } = await connections.require(transaction, caller.spaceId, id);
      const change = { id: credential_ref ?? '', input: { api_token: api_token.trim() } };
      const { credential } = await credentials.update(transaction, caller, change);
      await lifecycle.credentialRenewed(transaction, credential);
    }),
  );

  action('replay', ({ caller }, id) =>
    deadLetters.replayMany(caller, { spaceId: caller.spaceId, connectionId: id }, { all: true, dry_run: false }),
  );

  routes.post('/connections/:id/actions/webhook-secret', protectForm, async (request, response) => {
    const session = await requireSignedIn(request, response);
    if (!session) return;
    const { caller } = session;
    const connectionId = String(request.params.id);
    const at = { connectionId, id: formFields(request).webhook_id ?? '' };
    try {
      const inbound = await database.write((transaction) =>
        inboundWebhooks.rotate(transaction, caller, at, { overlap_seconds: OVERLAP_SECONDS }),
      );
      const { id, label } = await connections.require(database.read, caller.spaceId, connectionId);
      const owner = ownerOf(request, response, session);
      renderPage(response, <WebhookSecretPage owner={owner} connection={{ id, label }} inbound={inbound} />);
    } catch (error) {
      if (!MarfaError.is(error, 'validation_error')) throw error;
      await show(request, response, session, error.message);
    }
  });

  routes.get('/connections/:id/review-upgrade', async (request, response) => {
    const session = await requireSignedIn(request, response);
    if (!session) return;
    const id = String(request.params.id);
    const row = await connections.require(database.read, session.caller.spaceId, id);
    const plan = await upgrader.plan(session.caller, id);
    const owner = ownerOf(request, response, session);
    renderPage(response, <UpgradePage owner={owner} connection={toConnectionView(row)} plan={plan} />);
  });

  async function configure(
    request: Request,
    response: Response,
    {
      session,
      ...form
    }: { session: SignedIn; values?: Record<string, string>; faults?: Record<string, string>; message?: string },
  ): Promise<void> {
    const row = await connections.require(database.read, session.caller.spaceId, String(request.params.id));
    const { target_types, configuration_schema } = await integrations.manifestOf(row.integration_id);
    const owner = ownerOf(request, response, session);
    const stored = toSettingTexts(JSON.parse(row.configuration) as Record<string, unknown>);
    renderPage(
      response,
      <ConfigurePage
        owner={owner}
        connection={toConnectionView(row)}
        schema={configuration_schema ?? {}}
        targetTypes={target_types}
        form={{ csrf: owner.csrf, faults: {}, ...form, values: form.values ?? { ...stored, label: row.label } }}
      />,
      form.message === undefined ? 200 : 400,
    );
  }

  routes.get('/connections/:id/configure', async (request, response) => {
    const session = await requireSignedIn(request, response);
    if (session) await configure(request, response, { session });
  });

  routes.post('/connections/:id/configure', protectForm, async (request, response) => {
    const session = await requireSignedIn(request, response);
    if (!session) return;
    const id = String(request.params.id);
    const fields = formFields(request);
    try {
      const row = await connections.require(database.read, session.caller.spaceId, id);
      const { configuration_schema } = await integrations.manifestOf(row.integration_id);
      const { upstream_base_url_override } = JSON.parse(row.configuration) as Record<string, unknown>;
      // The form asks for what the integration declares; the platform's own key is not lost over it.
      const kept = upstream_base_url_override === undefined ? {} : { upstream_base_url_override };
      const configuration = { ...readConfiguration(configuration_schema, fields), ...kept };
      const label = fields.label?.trim().slice(0, 200);
      await database.write((transaction) =>
        lifecycle.update(transaction, session.caller, { id, input: { configuration, ...(label ? { label } : {}) } }),
      );
      return response.redirect(303, `/connections/${id}?notice=configure`);
    } catch (error) {
      const faulty = formFaults(error);
      if (!faulty || (MarfaError.is(error) && error.status === 404)) throw error;
      return configure(request, response, {
        session,
        values: { ...settingTexts(fields), label: fields.label ?? '' },
        ...faulty,
      });
    }
  });
}
