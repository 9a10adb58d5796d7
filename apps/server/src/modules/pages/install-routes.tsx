import { type ConfigurationField, type Integration, MarfaError, parseManifest } from '@withmarfa/shared';
import type { Request } from 'express';
import { formFaults, formFields } from './form-fields.ts';
import type { PageRoutes, PageTools } from './page-context.ts';
import { renderPage } from './render-page.ts';
import { SAMPLE_FEED_PATH } from './sample-feed.ts';
import { SETTING_PREFIX } from './views/configuration-fields.tsx';
import { InstallPage } from './views/install-page.tsx';

/** The consent page of an integration, and its answer. */
export function mountInstallPages(routes: PageRoutes, tools: PageTools): void {
  const { integrations, installer, starter, csrfToken, protectForm, requireSignedIn, localUrl, logger } = tools;
  const sampleFeedUrl = () => `${localUrl()}${SAMPLE_FEED_PATH}`;

  routes.get('/integrations/:id/install', async (request, response) => {
    const session = await requireSignedIn(request, response);
    if (!session) return;
    const integration = await integrations.get(String(request.params.id));
    const owner = { name: session.user.name, csrf: csrfToken(request, response) };
    const form = { csrf: owner.csrf, values: prefilled(request, integration), faults: {} };
    renderPage(
      response,
      <InstallPage owner={owner} integration={integration} form={form} sampleFeedUrl={sampleFeedUrl()} />,
    );
  });

  routes.post('/integrations/:id/install', protectForm, async (request, response) => {
    const session = await requireSignedIn(request, response);
    if (!session) return;
    const integration = await integrations.get(String(request.params.id));
    const fields = formFields(request);
    if (fields.decision !== 'approve') return response.redirect(303, '/catalogue');
    const label = fields.label?.trim();
    try {
      const { connection_id } = await installer.install(session.caller, {
        integration_id: integration.id,
        ...(label ? { label: label.slice(0, 200) } : {}),
        configuration: readConfiguration(integration, fields),
      });
      await firstRun(connection_id);
      return response.redirect(303, `/connections/${connection_id}`);
    } catch (error) {
      const faulty = formFaults(error);
      if (!faulty) throw error;
      const owner = { name: session.user.name, csrf: csrfToken(request, response) };
      const form = { csrf: owner.csrf, values: { ...settingTexts(fields), label: label ?? '' }, ...faulty };
      return renderPage(
        response,
        <InstallPage owner={owner} integration={integration} form={form} sampleFeedUrl={sampleFeedUrl()} />,
        400,
      );
    }

    /** Who installs by hand wants to see it work, not to wait for the first tick. */
    async function firstRun(connectionId: string): Promise<void> {
      if (!session || !parseManifest(integration.manifest).triggers.some((trigger) => trigger.type === 'manual'))
        return;
      try {
        await starter.start(session.caller, connectionId);
      } catch (error) {
        if (!MarfaError.is(error)) throw error;
        logger.warn({ error, connection_id: connectionId }, 'the first run could not be queued');
      }
    }
  });
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

function settingTexts(fields: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) =>
      name.startsWith(SETTING_PREFIX) ? [[name.slice(SETTING_PREFIX.length), value]] : [],
    ),
  );
}

function readConfiguration({ manifest }: Integration, fields: Record<string, string>): Record<string, unknown> {
  const texts = settingTexts(fields);
  return Object.fromEntries(
    Object.entries(manifest.configuration_schema ?? {}).flatMap(([key, field]) => {
      const value = readSetting(field, texts[key]);
      return value === undefined ? [] : [[key, value]];
    }),
  );
}

/** @returns the setting in its declared type; text that does not fit stays text, and is refused with its reason. */
function readSetting(field: ConfigurationField, text: string | undefined): unknown {
  const trimmed = text?.trim() ?? '';
  switch (field.type) {
    case 'boolean':
      return trimmed === 'true';
    case 'number':
      return trimmed === '' ? undefined : Number.isNaN(Number(trimmed)) ? trimmed : Number(trimmed);
    case 'string':
      return trimmed === '' ? undefined : trimmed;
    case 'string_array':
      return trimmed === ''
        ? undefined
        : trimmed
            .split(/\r?\n/)
            .map((line) => line.trim())
            .filter((line) => line !== '');
    default:
      return field satisfies never;
  }
}
