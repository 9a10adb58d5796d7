import { type IntegrationManifest, MarfaError, type TriggerType } from '@withmarfa/shared';
import type { ConnectorHandlers } from '../handlers/handler-types.ts';
import { registeredHandlers } from '../handlers/registered-handlers.ts';
import { completeManifest } from './complete-manifest.ts';
import type { HandlersFor } from './handlers-for.ts';
import type { ManifestDefinition } from './manifest-definition.ts';

/** A connector: what it is, and what it does. */
export interface Connector {
  /** The full canonical manifest, defaults filled. */
  readonly manifest: IntegrationManifest;
  readonly integrationName: string;
  readonly handlers: Readonly<ConnectorHandlers>;
}

type NoOtherKeys<Manifest> = { readonly [Key in Exclude<keyof Manifest, keyof ManifestDefinition>]: never };

/**
 * Defines a connector and registers its handlers in this process. Everything is typed from the manifest: settings,
 * the types that may be created, and which handlers there must be.
 * @param definition.manifest blocks left out get their defaults; see `completeManifest`.
 * @throws MarfaError `validation_error` with every fault of the manifest, or of its handlers, in `details.issues`.
 */
export function defineConnector<const Manifest extends ManifestDefinition>(
  definition: { readonly manifest: Manifest & NoOtherKeys<Manifest> } & HandlersFor<Manifest>,
): Connector {
  const manifest = completeManifest(definition.manifest);
  // The handlers expect the manifest's own settings, which is what the host gives them: it checks a Connection's
  // configuration against this manifest before anything runs.
  const { schedule, manual, webhook, itemEvent, renew } = definition as unknown as ConnectorHandlers;
  assertHandlers(manifest, { schedule, manual, webhook, 'item-event': itemEvent }, renew);
  const handlers: ConnectorHandlers = {};
  if (schedule) handlers.schedule = schedule;
  if (manual) handlers.manual = manual;
  if (webhook) handlers.webhook = webhook;
  if (itemEvent) handlers.itemEvent = itemEvent;
  if (renew) handlers.renew = renew;
  Object.assign(registeredHandlers(), handlers);
  return Object.freeze({ manifest, integrationName: manifest.name, handlers: Object.freeze(handlers) });
}

/** Types hold in TypeScript alone; a connector in JavaScript, or with a manifest from a file, is checked here. */
function assertHandlers(manifest: IntegrationManifest, handlers: Record<TriggerType, unknown>, renew: unknown): void {
  const declared = new Set(manifest.triggers.map((trigger) => trigger.type));
  const issues = (Object.keys(handlers) as TriggerType[]).flatMap((kind) => {
    const path = `$.${kind === 'item-event' ? 'itemEvent' : kind}`;
    const handler = handlers[kind];
    if (handler === undefined) {
      const covered = !declared.has(kind) || (kind === 'manual' && handlers.schedule !== undefined);
      return covered ? [] : [{ path, message: `the manifest declares the ${kind} trigger; give it a handler` }];
    }
    if (typeof handler !== 'function') return [{ path, message: 'expected a function' }];
    return declared.has(kind) ? [] : [{ path, message: `the manifest declares no ${kind} trigger` }];
  });
  if (renew !== undefined && typeof renew !== 'function')
    issues.push({ path: '$.renew', message: 'expected a function' });
  else if (renew !== undefined && !declared.has('webhook'))
    issues.push({ path: '$.renew', message: 'the manifest declares no webhook trigger that it could serve' });
  if (issues.length === 0) return;
  throw new MarfaError(
    'validation_error',
    `The handlers of ${manifest.name} do not fit its manifest: ${issues[0]?.path} ${issues[0]?.message}.`,
    { details: { issues } },
  );
}
