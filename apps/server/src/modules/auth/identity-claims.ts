/** What is known of a person that claims are made from. */
export interface ClaimsUser {
  name: string;
  email: string;
  email_verified: boolean;
  handle: string | null;
  picture: string | null;
}

/**
 * The claims about a person that scopes let out, alike in id tokens and at the userinfo endpoint.
 * @see OpenID Connect Core 1.0 section 5.4
 */
export function identityClaims(user: ClaimsUser, scopes: readonly string[]): Record<string, unknown> {
  return {
    ...(scopes.includes('profile')
      ? {
          name: user.name,
          preferred_username: user.handle ?? user.name,
          ...(user.picture ? { picture: user.picture } : {}),
        }
      : {}),
    ...(scopes.includes('email') ? { email: user.email, email_verified: user.email_verified } : {}),
  };
}
