/** The secret box's purpose of client secrets, upstream tokens and static tokens. */
export const UPSTREAM_PURPOSE = 'connectionOauthToken';
