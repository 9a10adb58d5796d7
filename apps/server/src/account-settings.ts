import type { Issue } from '@withmarfa/shared';
import { z } from 'zod';
import type { MailSettings } from './platform/mailer.ts';

const ADDRESS = /^[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+$|^[^<>\p{Cc}]{1,100} <[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+>$/u;

/** What the environment says of accounts; defaults that depend on one another are filled in by `readAccountSettings`. */
export const ACCOUNT_VARIABLES = {
  AUTH_MODE: z.enum(['keys', 'hosted'], 'expected keys or hosted').default('keys'),
  MARFA_SIGNUP_ENABLED: z.enum(['true', 'false', '1', '0'], 'expected true or false').optional(),
  MARFA_EMAIL_BACKEND: z.enum(['none', 'log', 'smtp'], 'expected none, log or smtp').optional(),
  MARFA_EMAIL_FROM: z
    .string()
    .regex(ADDRESS, 'expected an address, such as marfa@example.org or Marfa <marfa@example.org>')
    .optional(),
  MARFA_SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\/\S+$/, 'expected smtp://user:password@host:port, or smtps://')
    .optional(),
  MARFA_EMAIL_VERIFICATION: z.enum(['required', 'optional'], 'expected required or optional').optional(),
};

export interface AccountSettings {
  signUp: boolean;
  /** Whether people must confirm their address before they can sign in. */
  mustVerifyEmail: boolean;
  mail: MailSettings;
}

type Given = Record<string, string | undefined>;

const backendOf = (given: Given) => given.MARFA_EMAIL_BACKEND ?? (given.NODE_ENV === 'production' ? 'none' : 'log');
const hasSignUp = ({ MARFA_SIGNUP_ENABLED, AUTH_MODE }: Given) =>
  MARFA_SIGNUP_ENABLED === undefined ? AUTH_MODE === 'hosted' : ['true', '1'].includes(MARFA_SIGNUP_ENABLED);

/** Faults that span several of the variables. */
export function accountFaults(given: Given): Issue[] {
  const issues: Issue[] = [];
  const fault = (path: string, message: string) => issues.push({ path, message });
  const backend = backendOf(given);
  const isProduction = given.NODE_ENV === 'production';
  if (backend === 'log' && isProduction)
    fault('MARFA_EMAIL_BACKEND', 'log is for development: the links in mails open accounts, and logs are kept');
  if (backend === 'smtp') {
    for (const name of ['MARFA_SMTP_URL', 'MARFA_EMAIL_FROM'])
      if (!given[name]) fault(name, 'needed because MARFA_EMAIL_BACKEND is smtp');
    if (isProduction && !given.MARFA_AUTH_BASE_URL)
      fault('MARFA_AUTH_BASE_URL', 'needed because MARFA_EMAIL_BACKEND is smtp: the links in mails begin with it');
  }
  if (given.MARFA_EMAIL_VERIFICATION === 'required' && backend === 'none')
    fault('MARFA_EMAIL_VERIFICATION', 'needs a MARFA_EMAIL_BACKEND that sends mail');
  return issues;
}

/** @param given variables without faults. */
export function readAccountSettings(given: Given): AccountSettings {
  const backend = backendOf(given);
  const signUp = hasSignUp(given);
  const from = given.MARFA_EMAIL_FROM ?? 'Marfa <marfa@localhost>';
  const verification = given.MARFA_EMAIL_VERIFICATION ?? (signUp && backend !== 'none' ? 'required' : 'optional');
  return {
    signUp,
    mustVerifyEmail: verification === 'required',
    mail:
      backend === 'smtp'
        ? { backend, from, url: given.MARFA_SMTP_URL ?? '' }
        : backend === 'log'
          ? { backend, from }
          : { backend: 'none' },
  };
}
