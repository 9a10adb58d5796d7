/** A refusal as Google words it. */
export interface GoogleError {
  status: number;
  reason: string;
  message: string;
  domain?: string;
  location?: string;
  headers?: Record<string, string>;
}

/** @returns the body of a refusal, Google's JSON envelope. @see Google Calendar API, Handle API errors */
export function toErrorBody({ status, reason, message, domain = 'global', location }: GoogleError) {
  const detail = {
    domain,
    reason,
    message,
    ...(location === undefined ? {} : { locationType: 'parameter', location }),
  };
  return { error: { errors: [detail], code: status, message } };
}

/** The refusals of the API that this fake gives by itself, by what is wrong. */
export const REFUSALS = {
  unauthorized: {
    status: 401,
    reason: 'authError',
    message: 'Invalid Credentials',
    headers: { 'www-authenticate': 'Bearer realm="https://accounts.google.com/", error="invalid_token"' },
  },
  notFound: { status: 404, reason: 'notFound', message: 'Not Found' },
  deleted: { status: 410, reason: 'deleted', message: 'Resource has been deleted' },
  duplicate: { status: 409, reason: 'duplicate', message: 'The requested identifier already exists.' },
  conditionNotMet: { status: 412, reason: 'conditionNotMet', message: 'Precondition Failed' },
  readOnly: {
    status: 403,
    domain: 'calendar',
    reason: 'requiredAccessLevel',
    message: 'You need to have writer access to this calendar.',
  },
  badId: { status: 400, reason: 'invalid', message: 'Invalid resource id value.' },
  badJson: { status: 400, reason: 'parseError', message: 'Parse Error' },
  badPageToken: { status: 400, reason: 'invalid', message: 'Invalid page token value.', location: 'pageToken' },
  badTime: { status: 400, reason: 'invalid', message: 'Bad Request' },
  noStart: { status: 400, domain: 'calendar', reason: 'required', message: 'Missing start time.' },
  noEnd: { status: 400, domain: 'calendar', reason: 'required', message: 'Missing end time.' },
  noZone: {
    status: 400,
    domain: 'calendar',
    reason: 'required',
    message: 'Missing time zone definition for start time.',
  },
  emptyRange: {
    status: 400,
    domain: 'calendar',
    reason: 'timeRangeEmpty',
    message: 'The specified time range is empty.',
  },
  syncTokenWithFilters: {
    status: 400,
    domain: 'calendar',
    reason: 'syncTokenWithRequestRestrictions',
    message: 'Sync token cannot be used with other request restrictions.',
    location: 'syncToken',
  },
  fullSyncRequired: {
    status: 410,
    domain: 'calendar',
    reason: 'fullSyncRequired',
    message: 'Sync token is no longer valid, a full sync is required.',
    location: 'syncToken',
  },
  channelTaken: { status: 400, domain: 'global', reason: 'channelIdNotUnique', message: 'Channel id not unique' },
  channelMissing: { status: 404, reason: 'notFound', message: 'Channel not found for project' },
  channelId: { status: 400, reason: 'channelIdInvalid', message: 'Invalid channel id' },
  channelAddress: { status: 400, reason: 'required', message: 'entity.resource' },
  webhookPlain: { status: 400, reason: 'push.webhookUrlNotHttps', message: 'WebHook callback must be HTTPS' },
  noPush: {
    status: 400,
    reason: 'pushNotSupportedForRequestedResource',
    message: 'Push notifications are not supported by this resource.',
  },
  notImplemented: {
    status: 501,
    reason: 'notImplemented',
    message: 'This fake does not expand recurring events: ask with singleEvents=false.',
  },
} as const satisfies Record<string, GoogleError>;
