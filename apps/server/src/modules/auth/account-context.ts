import type { CreateLimiter } from '../../platform/create-limiter.ts';
import type { Mailer } from '../../platform/mailer.ts';
import type { Platform } from '../../platform/platform.ts';
import type { AuditService } from '../audit/index.ts';
import type { KeysService } from '../keys/index.ts';
import type { SpacesService } from '../spaces/index.ts';
import type { AttemptLimit } from './attempt-limit.ts';
import type { AuthLibrary } from './auth-library.ts';
import type { People } from './people.ts';

/** What accounts stand on. */
export interface AccountsDeps {
  platform: Platform;
  keys: KeysService;
  spaces: SpacesService;
  audit: AuditService;
  mailer: Mailer;
  createLimiter: CreateLimiter;
  library: AuthLibrary;
  /** Where people reach the server; what mailed links begin with. */
  publicUrl(): string;
  /** Whether strangers may make accounts. */
  signUp: boolean;
  mustVerifyEmail: boolean;
}

/** What the parts of accounts share. */
export interface AccountContext extends AccountsDeps {
  people: People;
  /** Passwords tried for one address. */
  passwordTries: AttemptLimit;
}
