import {
  type Connector,
  type ConnectorHandlers,
  completeManifest,
  type IntegrationManifest,
  type ManifestDefinition,
} from '@withmarfa/runtime-sdk';
import { type EdgeType, MarfaError, type TypeSchema, validateConfiguration } from '@withmarfa/shared';
import type { TestClock } from '../clock/create-test-clock.ts';
import type { UpstreamOptions } from '../upstream/create-upstream-proxy.ts';

/** What a harness is made of. Name the connector in one of three ways: itself, its manifest, or its name alone. */
export interface TestHarnessOptions {
  /** What `defineConnector` gave; brings its manifest and its handlers. */
  connector?: Connector;
  /** For handlers that stand beside it. */
  manifest?: IntegrationManifest | ManifestDefinition;
  /** For a connector whose manifest does not matter: every type may be written, and every item wakes it. */
  integrationName?: string;
  /** What runs; default the connector's own, else whatever is registered in this process. */
  handlers?: ConnectorHandlers;
  connectionId?: string;
  tenantId?: string;
  /** Settings as a person gives them at install; checked against the manifest, defaults filled. */
  configuration?: Record<string, unknown>;
  /** What `ctx.fetch` is; default one that refuses every call. */
  fetch?: typeof fetch;
  /** Milliseconds since the epoch at which time stands; default noon of 5 March 2026, UTC. */
  now?: number;
  /** A clock to share with the connector or with fakes; in place of `now`. */
  clock?: TestClock;
  /** Where proxied calls go. */
  upstream?: UpstreamOptions;
  /** Types of the space beside those that every space has. */
  types?: readonly TypeSchema[];
  edgeTypes?: readonly EdgeType[];
}

/** Who is under test. */
export interface Subject {
  integrationName: string;
  manifest: IntegrationManifest | null;
  handlers: ConnectorHandlers | null;
}

/** @throws MarfaError `validation_error` when no connector is named, or its manifest is none. */
export function subjectOf({ connector, manifest, integrationName, handlers }: TestHarnessOptions): Subject {
  if (connector) {
    return {
      integrationName: connector.integrationName,
      manifest: connector.manifest,
      handlers: handlers ?? connector.handlers,
    };
  }
  if (manifest) {
    const full = completeManifest(manifest);
    return { integrationName: full.name, manifest: full, handlers: handlers ?? null };
  }
  if (integrationName) return { integrationName, manifest: null, handlers: handlers ?? null };
  throw new MarfaError('validation_error', 'Say what is to be tested: connector, manifest or integrationName.');
}

/** @returns the settings with defaults filled. @throws MarfaError `validation_error` as an install does. */
export function settle(
  manifest: IntegrationManifest | null,
  configuration: Record<string, unknown>,
): Record<string, unknown> {
  if (manifest === null) return configuration;
  const targetTypes = manifest.target_types;
  const result = validateConfiguration(manifest.configuration_schema, configuration, { targetTypes });
  if (result.ok) return result.configuration;
  const [first] = result.issues;
  throw new MarfaError('validation_error', `${first?.path}: ${first?.message}.`, {
    details: { issues: result.issues },
  });
}
