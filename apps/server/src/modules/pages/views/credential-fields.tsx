import type { KnownUpstream } from '../known-upstreams.ts';
import type { FormState } from './account-pages.tsx';
import { Field } from './field.tsx';

export interface CredentialChoice {
  id: string;
  label: string;
  baseUrl: string;
}

export interface CredentialFieldsProps {
  kind: 'oauth_token' | 'api_token';
  form: FormState;
  known: KnownUpstream | null;
  /** Those of the space that fit. */
  existing: readonly CredentialChoice[];
  /** Where the upstream sends people back to; null where there is no way back. */
  callbackUrl: string | null;
}

/** Prefix of the form names of a credential's fields. */
export const CREDENTIAL_PREFIX = 'credential.';

interface Asked {
  name: string;
  label: string;
  hint?: string;
  isSecret?: boolean;
  optional?: boolean;
}

const OF_OAUTH: readonly Asked[] = [
  { name: 'oauth_client_id', label: 'Client id' },
  {
    name: 'oauth_client_secret',
    label: 'Client secret',
    hint: 'It is kept encrypted and never shown again.',
    isSecret: true,
  },
  { name: 'oauth_authorize_url', label: 'Authorize address' },
  { name: 'oauth_token_url', label: 'Token address' },
  { name: 'upstream_base_url', label: 'Base address of the API' },
  { name: 'oauth_default_scope', label: 'Scopes', hint: 'Set apart by spaces.', optional: true },
];

const OF_TOKEN: readonly Asked[] = [
  { name: 'api_token', label: 'API token', hint: 'It is kept encrypted and never shown again.', isSecret: true },
  { name: 'upstream_base_url', label: 'Base address of the API' },
];

/** The part of a form that names an upstream credential, or says what a new one is made of. */
export function CredentialFields({ kind, form, known, existing, callbackUrl }: CredentialFieldsProps) {
  const chosen = form.values[`${CREDENTIAL_PREFIX}ref`] ?? '';
  const fill = (name: string) =>
    form.values[CREDENTIAL_PREFIX + name] ?? (known as Record<string, string | undefined> | null)?.[name] ?? '';
  return (
    <>
      <h2>Its upstream account</h2>
      <p class="detail">
        {kind === 'oauth_token'
          ? 'It works with an account of yours elsewhere. You allow that on the upstream’s own page, after the install; the integration never sees the tokens.'
          : 'It works with an account of yours elsewhere, through an API token. The integration never sees the token.'}
      </p>
      {existing.length > 0 ? (
        <Field
          label="Credential"
          name={`${CREDENTIAL_PREFIX}ref`}
          fault={form.faults.credential_ref}
          hint="One that is kept here already, or a new one from the fields below."
          required
        >
          <select id={`${CREDENTIAL_PREFIX}ref`} name={`${CREDENTIAL_PREFIX}ref`}>
            {existing.map(({ id, label, baseUrl }) => (
              <option key={id} value={id} selected={id === chosen}>
                {label} ({baseUrl})
              </option>
            ))}
            <option value="" selected={chosen === '' && Object.keys(form.values).length > 0}>
              A new one
            </option>
          </select>
        </Field>
      ) : null}
      {known ? <p class="hint">{known.hint}</p> : null}
      {callbackUrl === null ? null : (
        <p class="hint">
          Callback address: <code>{callbackUrl}</code>
        </p>
      )}
      {(kind === 'oauth_token' ? OF_OAUTH : OF_TOKEN).map(({ name, label, hint, isSecret, optional }) => (
        <Field
          key={name}
          label={label}
          name={CREDENTIAL_PREFIX + name}
          hint={hint}
          fault={form.faults[name]}
          required={optional !== true}
          // What is kept already may be chosen instead: the server says what is missing.
          input={
            isSecret
              ? { required: false, autocomplete: 'off', type: 'password' }
              : { required: false, autocomplete: 'off', type: 'text', value: fill(name) }
          }
        />
      ))}
      {kind === 'api_token' ? (
        <Field label="How it is sent" name={`${CREDENTIAL_PREFIX}auth_scheme`} fault={form.faults.auth_scheme} required>
          <select id={`${CREDENTIAL_PREFIX}auth_scheme`} name={`${CREDENTIAL_PREFIX}auth_scheme`}>
            {['Bearer', 'Token', 'Basic'].map((scheme) => (
              <option key={scheme} value={scheme} selected={scheme === (fill('auth_scheme') || 'Bearer')}>
                Authorization: {scheme} …
              </option>
            ))}
          </select>
        </Field>
      ) : null}
    </>
  );
}
