import type { Request, RequestHandler, Response } from 'express';
import type { Authenticate } from '../../http/bearer-authentication.ts';
import type { Guesses } from '../../http/guesses.ts';
import type { Logger } from '../../platform/logger.ts';
import type { Platform } from '../../platform/platform.ts';
import type { ActivityService } from '../activity/index.ts';
import type { AuditService } from '../audit/index.ts';
import type { Accounts, SignedIn } from '../auth/index.ts';
import type { ConnectionsService, Installer, Lifecycle, Upgrader } from '../connections/index.ts';
import type { CredentialsService } from '../credentials/index.ts';
import type { DeadLettersService } from '../dead-letters/index.ts';
import type { InboundWebhooksService } from '../inbound-webhooks/index.ts';
import type { IntegrationsService } from '../integrations/index.ts';
import type { KeysService } from '../keys/index.ts';
import type { OAuth } from '../oauth/index.ts';
import type { RunStarter, RunsService } from '../runs/index.ts';
import type { TypesService } from '../types/index.ts';
import type { Bootstrap } from '../upstream-oauth/index.ts';

/** What the pages stand on. */
export interface PagesDeps {
  platform: Platform;
  accounts: Accounts;
  audit: AuditService;
  integrations: IntegrationsService;
  installer: Installer;
  connections: ConnectionsService;
  lifecycle: Lifecycle;
  upgrader: Upgrader;
  credentials: CredentialsService;
  bootstrap: Bootstrap;
  inboundWebhooks: InboundWebhooksService;
  deadLetters: DeadLettersService;
  authenticate: Authenticate;
  runs: RunsService;
  activity: ActivityService;
  types: TypesService;
  keys: KeysService;
  oauth: OAuth;
  /** Keeps people from trying codes of devices until one fits. */
  userCodeGuesses: Guesses;
  starter: RunStarter;
  /** Whether a version of an integration registers itself with its service; null when it is not known here. */
  renews(name: string, version: string): boolean | null;
  /** This server's address as its own connector processes reach it. */
  localUrl: () => string;
  /** Whether cookies are for https only. */
  secure: boolean;
  /** The address people use, if it is set. */
  baseUrl: string | undefined;
}

/** The addresses that pages serve. Their cookies and form are read first; text that no page can use is refused. */
export interface PageRoutes {
  get(path: string, ...handlers: RequestHandler[]): void;
  post(path: string, ...handlers: RequestHandler[]): void;
  /** As `get`, for a page that judges its own query. */
  getUnjudged(path: string, ...handlers: RequestHandler[]): void;
}

/** What one page request is answered with. */
export interface PageTools extends PagesDeps {
  logger: Logger;
  csrfToken(request: Request, response: Response): string;
  /** Refuses a form that does not come from a page of this server. */
  protectForm: RequestHandler;
  /** Who is signed in, or null. Renews the session in the browser. */
  signedIn(request: Request, response: Response): Promise<SignedIn | null>;
  /** As `signedIn`; sends to the sign-in page and returns null when nobody is. */
  requireSignedIn(request: Request, response: Response): Promise<SignedIn | null>;
}
