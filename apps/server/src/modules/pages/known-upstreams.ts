import { rootOf } from '@withmarfa/shared';

/** What a form about an upstream is filled with, where the upstream is one that everybody has at the same address. */
export interface KnownUpstream {
  upstream_base_url: string;
  auth_scheme?: 'Bearer' | 'Token' | 'Basic';
  oauth_authorize_url?: string;
  oauth_token_url?: string;
  oauth_default_scope?: string;
  /** Where the person finds what the form asks for. */
  hint: string;
}

const GOOGLE = {
  oauth_authorize_url: 'https://accounts.google.com/o/oauth2/v2/auth',
  oauth_token_url: 'https://oauth2.googleapis.com/token',
  hint: 'Make an OAuth client of type “Web application” in the Google Cloud console, and enter the callback address below there.',
};

const BY_INTEGRATION: Readonly<Record<string, KnownUpstream>> = {
  'google.calendar': {
    ...GOOGLE,
    upstream_base_url: 'https://www.googleapis.com/calendar/v3',
    oauth_default_scope:
      'https://www.googleapis.com/auth/calendar.readonly https://www.googleapis.com/auth/calendar.events',
  },
};

const BY_PUBLISHER: Readonly<Record<string, KnownUpstream>> = {
  google: { ...GOOGLE, upstream_base_url: 'https://www.googleapis.com' },
  todoist: {
    upstream_base_url: 'https://api.todoist.com',
    auth_scheme: 'Bearer',
    hint: 'Your API token stands in Todoist under Settings, Integrations, Developer.',
  },
};

/** @returns what is known of the upstream of an integration, or null. */
export function knownUpstream(integrationName: string): KnownUpstream | null {
  return BY_INTEGRATION[integrationName] ?? BY_PUBLISHER[rootOf(integrationName)] ?? null;
}
