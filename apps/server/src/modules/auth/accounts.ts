import type { AccountsDeps } from './account-context.ts';
import { createAttemptLimit } from './attempt-limit.ts';
import { type BrowserSessions, createBrowserSessions } from './browser-sessions.ts';
import { createOwnerSetup, type OwnerSetup } from './owner-setup.ts';
import { createPasswordResets, type PasswordResets } from './password-resets.ts';
import { createPeople, type People } from './people.ts';
import { createPostRoom } from './post-room.ts';
import { createSignIns, type SignIns } from './sign-ins.ts';
import { createSignUps, type SignUps } from './sign-ups.ts';

const PASSWORD_TRIES = { name: 'password', points: 10, windowMs: 15 * 60_000 };
const RESET_MAILS = { name: 'reset-mail', points: 3, windowMs: 3_600_000 };
const CONFIRMATION_MAILS = { name: 'confirmation-mail', points: 3, windowMs: 3_600_000 };

/** People with accounts: how they come, sign in, get back in, and see where they are signed in. */
export interface Accounts
  extends OwnerSetup,
    SignUps,
    SignIns,
    PasswordResets,
    BrowserSessions,
    Pick<People, 'userOfCaller' | 'findPerson'> {
  /** Resolves when no mail is under way. */
  settle(): Promise<void>;
}

export function createAccounts(deps: AccountsDeps): Accounts {
  const { platform, createLimiter, mailer } = deps;
  const { authKeys, logger } = platform;
  const [{ material: authSecret }] = authKeys;
  const people = createPeople(deps);
  const passwordTries = createAttemptLimit(createLimiter, authSecret, PASSWORD_TRIES);
  const context = { ...deps, people, passwordTries };
  const postRoom = (rule: typeof RESET_MAILS) =>
    createPostRoom(mailer, createAttemptLimit(createLimiter, authSecret, rule), logger);
  const confirmations = postRoom(CONFIRMATION_MAILS);
  const resets = postRoom(RESET_MAILS);
  return {
    ...createOwnerSetup(context),
    ...createSignUps(context, confirmations),
    ...createSignIns(context),
    ...createPasswordResets(context, resets),
    ...createBrowserSessions(context),
    userOfCaller: people.userOfCaller,
    findPerson: people.findPerson,
    async settle() {
      await Promise.all([confirmations.settle(), resets.settle()]);
    },
  };
}
