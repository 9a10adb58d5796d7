import type { Mail } from '../../platform/mailer.ts';

/*
 * Texts hold nothing that whoever asked for the mail has typed: an address can be anybody's, and a name that is a
 * message would be mailed in ours.
 */

export function confirmMail(to: string, url: string): Mail {
  return {
    to,
    subject: 'Confirm your e-mail address',
    text: `Somebody, most likely you, signed up for a space on this Marfa server with this address.

To confirm it and sign in, open this page within an hour; the link works once:

${url}

If it was not you, do nothing: without the link nothing comes of it.
`,
  };
}

export function alreadyHereMail(to: string, baseUrl: string): Mail {
  return {
    to,
    subject: 'You have an account already',
    text: `Somebody, most likely you, tried to sign up on this Marfa server with this address. There is an account with it
already, and nothing was changed.

Sign in: ${baseUrl}/auth/sign-in
If you have forgotten the password: ${baseUrl}/auth/forgot-password
`,
  };
}

export function resetMail(to: string, url: string): Mail {
  return {
    to,
    subject: 'Choose a new password',
    text: `Somebody, most likely you, asked for a new password for the account with this address.

To choose one, open this page within an hour; the link works once and ends all sessions:

${url}

If it was not you, do nothing: the password stays as it is.
`,
  };
}
