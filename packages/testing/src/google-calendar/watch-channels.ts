import type { Answer } from './faults.ts';
import { refuse } from './faults.ts';
import { type GoogleError, REFUSALS } from './google-error.ts';

/** A watch channel as a test looks at it. */
export interface FakeChannel {
  id: string;
  resourceId: string;
  calendarId: string;
  address: string;
  token: string | undefined;
  /** Milliseconds since the epoch. */
  expiration: number;
  /** Whether channels.stop has ended it. */
  stopped: boolean;
}

/** One message of a channel, and how it was answered; a status of 0 stands for no answer. */
export interface FakeNotification {
  channelId: string;
  state: 'sync' | 'exists';
  number: number;
  status: number;
}

export interface WatchChannels {
  watch(calendarId: string, body: Record<string, unknown>): Answer;
  stop(body: Record<string, unknown>): Answer;
  /** Tells every live channel of a calendar that something has changed. */
  notify(calendarId: string): void;
  list(): FakeChannel[];
  notifications: FakeNotification[];
  /** Resolves once every message that was sent has been answered. */
  settle(): Promise<void>;
}

export interface WatchOptions {
  now: () => number;
  /** The longest life of a channel, in milliseconds; default seven days, as at Google. */
  longestWatchMs?: number;
  /** Also takes addresses that are not https. */
  allowPlainWatch?: boolean;
}

const WEEK_MS = 7 * 86_400_000;

/** The channels of one account. @see Google Calendar API, Push notifications */
export function createWatchChannels({
  now,
  longestWatchMs = WEEK_MS,
  allowPlainWatch = false,
}: WatchOptions): WatchChannels {
  const channels = new Map<string, FakeChannel & { sent: number }>();
  const notifications: FakeNotification[] = [];
  let sending: Promise<void> = Promise.resolve();

  function send(channel: FakeChannel & { sent: number }, state: FakeNotification['state']): void {
    channel.sent += 1;
    const notification: FakeNotification = { channelId: channel.id, state, number: channel.sent, status: 0 };
    notifications.push(notification);
    const post = async () => {
      const response = await fetch(channel.address, { method: 'POST', headers: headersOf(channel, notification) });
      notification.status = response.status;
      await response.arrayBuffer();
    };
    // One after the other, as they happened; whoever is not there gets nothing.
    sending = sending.then(post).catch(() => undefined);
  }

  return {
    watch(calendarId, { id, type, address, token, expiration }) {
      const error = faultOf({ id, type, address }, allowPlainWatch);
      if (error) return refuse(error);
      if (channels.has(String(id))) return refuse(REFUSALS.channelTaken);
      const asked = expiration === undefined ? Number.POSITIVE_INFINITY : Number(expiration);
      const channel = {
        id: String(id),
        resourceId: `resource-${calendarId}`,
        calendarId,
        address: String(address),
        token: typeof token === 'string' ? token : undefined,
        expiration: Math.min(asked, now() + longestWatchMs),
        stopped: false,
        sent: 0,
      };
      channels.set(channel.id, channel);
      send(channel, 'sync');
      return {
        status: 200,
        body: {
          kind: 'api#channel',
          id: channel.id,
          resourceId: channel.resourceId,
          resourceUri: uriOf(calendarId),
          ...(channel.token === undefined ? {} : { token: channel.token }),
          expiration: String(channel.expiration),
        },
      };
    },
    stop({ id, resourceId }) {
      const channel = channels.get(String(id));
      const isLive = channel !== undefined && !channel.stopped && channel.expiration > now();
      if (!isLive || channel.resourceId !== resourceId) return refuse(REFUSALS.channelMissing);
      channel.stopped = true;
      return { status: 204 };
    },
    notify(calendarId) {
      const at = now();
      for (const channel of channels.values())
        if (channel.calendarId === calendarId && !channel.stopped && channel.expiration > at) send(channel, 'exists');
    },
    list: () => [...channels.values()].map(({ sent: _, ...channel }) => ({ ...channel })),
    notifications,
    settle: () => sending,
  };
}

function faultOf(
  { id, type, address }: { id: unknown; type: unknown; address: unknown },
  allowPlain: boolean,
): GoogleError | null {
  if (typeof id !== 'string' || !/^[A-Za-z0-9\-_+/=]{1,64}$/.test(id)) return REFUSALS.channelId;
  if (type !== 'web_hook' || typeof address !== 'string' || !URL.canParse(address)) return REFUSALS.channelAddress;
  const isSecure = address.startsWith('https:') || (allowPlain && address.startsWith('http:'));
  return isSecure ? null : { ...REFUSALS.webhookPlain, message: `WebHook callback must be HTTPS: ${address}` };
}

function headersOf(
  { id, resourceId, calendarId, token, expiration }: FakeChannel,
  { state, number }: FakeNotification,
) {
  return {
    'x-goog-channel-id': id,
    'x-goog-channel-expiration': new Date(expiration).toUTCString(),
    'x-goog-message-number': String(number),
    'x-goog-resource-id': resourceId,
    'x-goog-resource-state': state,
    'x-goog-resource-uri': uriOf(calendarId),
    ...(token === undefined ? {} : { 'x-goog-channel-token': token }),
  };
}

function uriOf(calendarId: string): string {
  return `https://www.googleapis.com/calendar/v3/calendars/${encodeURIComponent(calendarId)}/events?alt=json`;
}
