/** The columns of a user that claims are made from. */
export interface ClaimsUser {
  name: string;
  email: string;
  emailVerified: boolean;
  image?: string | null | undefined;
  /** The person's handle, when they have one. */
  handle?: string | null | undefined;
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
          ...(user.image ? { picture: user.image } : {}),
        }
      : {}),
    ...(scopes.includes('email') ? { email: user.email, email_verified: user.emailVerified } : {}),
  };
}
