import type { Registration, RenewalRequest, RenewResult } from '@withmarfa/runtime-sdk';
import { chooseCalendars, primaryOf } from '../inbound/choose-calendars.ts';
import type { CalendarContext } from '../manifest.ts';
import { createGoogleCalendar, type GoogleCalendar } from '../upstream/google-calendar.ts';
import { type GoogleFailure, toHandlerResult } from '../upstream/google-failure.ts';
import { pushAddress } from './push-address.ts';
import { tellOnce } from './tell-once.ts';

/** How long channels are asked to live. Google gives a week at the most. */
const LIFE_MS = 6 * 86_400_000;
const NOT_HTTPS = /webhookUrlNotHttps$/;

export interface RenewOptions {
  /** Milliseconds since the epoch. */
  now: number;
  newId: () => string;
}

/**
 * Watches each calendar that is followed. New channels are made before the old ones are stopped; when one cannot be made for
 * now, those that were made are stopped and the old ones stay. A calendar that cannot be watched is read by the schedule
 * alone, as all are when Google cannot call here.
 */
export async function renewChannels(
  ctx: CalendarContext,
  { inbound, registrations }: RenewalRequest,
  options: RenewOptions,
): Promise<RenewResult> {
  const google = createGoogleCalendar(ctx, options);
  const address = inbound === null ? null : pushAddress(inbound.receipt_url, ctx.configuration.inbound_webhook_url);
  if (inbound === null || address === null) {
    await stopAll(google, registrations);
    await tellOnce(ctx, inbound === null ? null : unreachable(inbound.receipt_url));
    return { ok: true, registrations: [] };
  }
  const listed = await google.listCalendars();
  if (!listed.ok) return failed(listed);
  const { chosen } = chooseCalendars(listed.value, ctx.configuration, primaryOf(listed.value));
  const made = await makeAll(google, chosen, { address, token: inbound.secret, ...options });
  if (made.failure !== null) {
    await stopAll(google, made.channels);
    if (!NOT_HTTPS.test(made.failure.code ?? '')) return failed(made.failure);
    await stopAll(google, registrations);
    await tellOnce(ctx, unreachable(address));
    return { ok: true, registrations: [] };
  }
  await stopAll(google, registrations);
  await tellOnce(ctx, made.unwatched.length === 0 ? null : unwatched(made.unwatched));
  return { ok: true, registrations: made.channels };
}

/** @returns what was made, calendars that cannot be watched, and what concerns all of them. */
async function makeAll(
  google: GoogleCalendar,
  calendars: readonly string[],
  { address, token, now, newId }: RenewOptions & { address: string; token: string },
): Promise<{ channels: Registration[]; unwatched: string[]; failure: GoogleFailure | null }> {
  const channels: Registration[] = [];
  const unwatched: string[] = [];
  for (const calendarId of calendars) {
    const answer = await google.watchEvents(calendarId, { id: newId(), address, token, endMs: now + LIFE_MS });
    if (answer.ok) {
      const { id, resourceId, expiration } = answer.value;
      const detail = { calendar_id: calendarId, resource_id: resourceId };
      channels.push({ id, expires_at: new Date(expiration).toISOString(), detail });
    } else if (answer.kind === 'later' || NOT_HTTPS.test(answer.code ?? '')) {
      return { channels, unwatched, failure: answer };
    } else {
      unwatched.push(calendarId);
    }
  }
  return { channels, unwatched, failure: null };
}

/** One that cannot be stopped runs out by itself, and what it says until then is left. */
async function stopAll(google: GoogleCalendar, channels: readonly Registration[]): Promise<void> {
  for (const { id, detail } of channels) await google.stopChannel({ id, resourceId: String(detail?.resource_id) });
}

function failed(failure: GoogleFailure): RenewResult {
  const result = toHandlerResult(failure);
  return result.ok ? { ok: true, registrations: [] } : result;
}

function unreachable(address: string) {
  return {
    summary: 'Google cannot call this Marfa: changes come by the schedule, every ten minutes',
    detail: { address, needed: 'a public https address; the setting inbound_webhook_url names another one' },
  };
}

function unwatched(calendars: readonly string[]) {
  return {
    summary: 'Some calendars tell of no changes: they are read by the schedule, every ten minutes',
    detail: { calendars: calendars.slice(0, 20) },
  };
}
