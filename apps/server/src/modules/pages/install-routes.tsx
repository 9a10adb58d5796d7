import { type Granted, type Integration, MarfaError, parseManifest } from '@withmarfa/shared';
import type { Request } from 'express';
import type { SignedIn } from '../auth/index.ts';
import { wantedCredential } from '../connections/index.ts';
import { slugOf } from '../credentials/index.ts';
import { formFaults, formFields, formList } from './form-fields.ts';
import { knownUpstream } from './known-upstreams.ts';
import type { PageRoutes, PageTools } from './page-context.ts';
import { renderPage } from './render-page.ts';
import { SAMPLE_FEED_PATH } from './sample-feed.ts';
import { readConfiguration, settingTexts, withoutPrefix } from './settings-form.ts';
import type { FormState } from './views/account-pages.tsx';
import { CREDENTIAL_PREFIX } from './views/credential-fields.tsx';
import { InstallPage } from './views/install-page.tsx';
import { WebhookSecretPage } from './views/webhook-secret-page.tsx';

const GRANTED = ['target_types', 'triggers', 'extensions', 'edges'] as const;
/** What a form that comes back with faults does not repeat. */
const SECRETS = ['credential.api_token', 'credential.oauth_client_secret'];

/** The consent page of an integration, and its answer. */
export function mountInstallPages(routes: PageRoutes, tools: PageTools): void {
  const { platform, integrations, installer, credentials, starter, csrfToken, protectForm, requireSignedIn } = tools;
  const { localUrl, oauth, logger, renews } = tools;

  async function page(
    session: SignedIn,
    integration: Integration,
    { form, ticked, origin }: { form: FormState; ticked: ReadonlySet<string> | null; origin: string },
  ) {
    const manifest = parseManifest(integration.manifest);
    const kind = wantedCredential(manifest);
    const all = kind === null ? [] : await credentials.list(platform.database.read, session.caller.spaceId);
    const existing = all
      .filter((credential) => credential.kind === kind)
      .map(({ id, label, config }) => ({ id, label, baseUrl: config.upstream_base_url }));
    const callbackUrl = kind === 'oauth_token' ? `${origin}/oauth/callback/${slugOf(manifest.publisher)}` : null;
    return (
      <InstallPage
        owner={{ name: session.user.name, csrf: form.csrf }}
        integration={{ ...integration, manifest }}
        form={form}
        ticked={ticked}
        credential={kind === null ? null : { kind, known: knownUpstream(manifest.name), existing, callbackUrl }}
        sampleFeedUrl={`${localUrl()}${SAMPLE_FEED_PATH}`}
      />
    );
  }

  routes.get('/integrations/:id/install', async (request, response) => {
    const session = await requireSignedIn(request, response);
    if (!session) return;
    const integration = await integrations.get(String(request.params.id));
    const form = { csrf: csrfToken(request, response), values: prefilled(request, integration), faults: {} };
    renderPage(
      response,
      await page(session, integration, { form, ticked: null, origin: oauth.issuerOf(request.headers) }),
    );
  });

  routes.post('/integrations/:id/install', protectForm, async (request, response) => {
    const session = await requireSignedIn(request, response);
    if (!session) return;
    const integration = await integrations.get(String(request.params.id));
    const fields = formFields(request);
    if (fields.decision !== 'approve') return response.redirect(303, '/catalogue');
    const label = fields.label?.trim();
    const { ref, ...made } = withoutPrefix(fields, CREDENTIAL_PREFIX);
    const granted = grantedIn(request);
    try {
      const { connection_id, inbound_webhook } = await installer.install(
        session.caller,
        {
          integration_id: integration.id,
          ...(label ? { label: label.slice(0, 200) } : {}),
          ...(ref ? { credential_ref: ref } : {}),
          ...(granted ? { granted } : {}),
          configuration: readConfiguration(integration.manifest.configuration_schema, fields),
        },
        Object.keys(made).length === 0 ? undefined : newCredential(made, label || integration.manifest_name),
      );
      await firstRun(session, connection_id, integration);
      const { manifest_name, manifest_version } = integration;
      // Whoever registers itself gives the address and the secret to its service; there is nothing for a person to do.
      if (inbound_webhook === undefined || renews(manifest_name, manifest_version))
        return response.redirect(303, `/connections/${connection_id}`);
      // Shown once, in the answer to the form: nothing has to be kept for a page after it.
      const connection = { id: connection_id, label: label || integration.manifest_name };
      const owner = { name: session.user.name, csrf: csrfToken(request, response) };
      return renderPage(
        response,
        <WebhookSecretPage owner={owner} connection={connection} inbound={inbound_webhook} />,
      );
    } catch (error) {
      const faulty = formFaults(error);
      if (!faulty) throw error;
      const values = { ...keepable(fields), ...settingTexts(fields), label: label ?? '' };
      const form = { csrf: csrfToken(request, response), values, ...faulty };
      const ticked =
        granted && new Set(GRANTED.flatMap((name) => granted[name]?.map((value) => `${name} ${value}`) ?? []));
      return renderPage(
        response,
        await page(session, integration, { form, ticked, origin: oauth.issuerOf(request.headers) }),
        400,
      );
    }
  });

  /** Who installs by hand wants to see it work, not to wait for the first tick; an account has to be connected first. */
  async function firstRun(session: SignedIn, connectionId: string, integration: Integration): Promise<void> {
    const manifest = parseManifest(integration.manifest);
    if (wantedCredential(manifest) === 'oauth_token') return;
    try {
      await starter.start(session.caller, connectionId);
    } catch (error) {
      if (!MarfaError.is(error)) throw error;
      if (error.code !== 'validation_error')
        logger.warn({ error, connection_id: connectionId }, 'the first run could not be queued');
    }
  }
}

/** @returns what stayed ticked; null for a form that does not itemise. */
function grantedIn(request: Request): Required<Granted> | null {
  if (formFields(request).consent !== 'itemised') return null;
  return {
    target_types: formList(request, 'target_types'),
    triggers: formList(request, 'triggers') as Required<Granted>['triggers'],
    extensions: [...formList(request, 'extensions')],
    edges: formList(request, 'edges'),
  };
}

function newCredential(made: Record<string, string>, label: string): Record<string, string> {
  const trimmed = Object.entries(made).map(([name, value]) => [name, value.trim()]);
  return { label: label.slice(0, 200), ...Object.fromEntries(trimmed) };
}

function keepable(fields: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !SECRETS.includes(name)));
}

/** Settings may be given in the address, by their own names, for links such as "use the sample feed". */
function prefilled(request: Request, { manifest }: Integration): Record<string, string> {
  return Object.fromEntries(
    Object.keys(manifest.configuration_schema ?? {}).flatMap((key) => {
      const value = request.query[key];
      return typeof value === 'string' ? [[key, value]] : [];
    }),
  );
}
