import { z } from 'zod';

/** What each event calls the thing that was opened. */
const KINDS = { issues: 'issue', pull_request: 'pull_request' } as const;
export type OpenedKind = (typeof KINDS)[keyof typeof KINDS];

const PayloadSchema = z.object({ action: z.string() });
const RepositorySchema = z.object({
  repository: z.object({ full_name: z.string().regex(/^[\w.-]{1,100}\/[\w.-]{1,100}$/) }),
});
/** Only what a bookmark cannot do without has to be there; a user who was deleted is null. */
const SubjectSchema = z.object({
  number: z.int().positive(),
  html_url: z.unknown().optional(),
  title: z.string().nullish().catch(null),
  body: z.string().nullish().catch(null),
  user: z.object({ login: z.string() }).nullish().catch(null),
  created_at: z.string().nullish().catch(null),
});

/** An issue or a pull request as it was opened; texts as GitHub sends them. */
export interface Opened {
  kind: OpenedKind;
  /** `owner/name`, in GitHub's spelling. */
  repo: string;
  number: number;
  htmlUrl: unknown;
  title: string | null;
  body: string | null;
  author: string | null;
  createdAt: string | null;
}

export type OpenedReading =
  | { outcome: 'opened'; opened: Opened }
  | { outcome: 'ignored'; because: 'action' | 'repository' }
  | { outcome: 'refused'; reason: string };

/** @returns whether this connector does anything with an event, by its name in `X-GitHub-Event`. */
export function isHandledEvent(event: string): event is keyof typeof KINDS {
  return Object.hasOwn(KINDS, event);
}

/**
 * Reads what was opened. Judges no more than it has to: an action or a repository that does not matter is ignored,
 * whatever else the payload holds.
 * @param options.repo the only repository that matters, in any case; null when all do.
 */
export function readOpened(
  payload: unknown,
  { event, repo }: { event: keyof typeof KINDS; repo: string | null },
): OpenedReading {
  const kind = KINDS[event];
  const head = PayloadSchema.safeParse(payload);
  if (!head.success) return refused(`the ${event} event has no action`);
  if (head.data.action !== 'opened') return { outcome: 'ignored', because: 'action' };
  const origin = RepositorySchema.safeParse(payload);
  if (!origin.success) return refused(`the ${event} event names no repository`);
  const { full_name } = origin.data.repository;
  if (repo !== null && full_name.toLowerCase() !== repo.toLowerCase())
    return { outcome: 'ignored', because: 'repository' };
  const parsed = z.object({ [kind]: SubjectSchema }).safeParse(payload);
  const subject = parsed.data?.[kind];
  if (!subject) return refused(`the ${event} event of ${full_name} holds no ${kind} with a number`);
  const { number, html_url, title = null, body = null, user, created_at = null } = subject;
  const opened = { kind, repo: full_name, number, htmlUrl: html_url, title, body };
  return { outcome: 'opened', opened: { ...opened, author: user?.login ?? null, createdAt: created_at } };
}

function refused(reason: string): OpenedReading {
  return { outcome: 'refused', reason };
}
