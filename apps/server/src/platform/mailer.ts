import { createTransport } from 'nodemailer';

const ANSWER_WITHIN_MS = 15_000;

/** How account mail leaves the server. */
export type MailSettings =
  | { backend: 'none' }
  | { backend: 'log'; from: string }
  | { backend: 'smtp'; from: string; url: string };

/** A mail in plain text to one address. */
export interface Mail {
  to: string;
  subject: string;
  text: string;
}

export interface Mailer {
  /** Whether the operator has set up a way for mail to leave. */
  readonly isConfigured: boolean;
  /** Resolves once the mail has been handed over. @throws when it could not be. */
  send(mail: Mail): Promise<void>;
}

/** @param print where mails go that are not sent in earnest. */
export function createMailer(settings: MailSettings, print: (text: string) => void): Mailer {
  switch (settings.backend) {
    case 'none':
      return { isConfigured: false, send: () => Promise.reject(new Error('no mail backend is set up')) };
    case 'log':
      return {
        isConfigured: true,
        async send({ to, subject, text }) {
          print(`\n--- Mail to ${to}: ${subject}\n${text}\n--- End of mail\n`);
        },
      };
    case 'smtp':
      return smtpMailer(settings);
    default:
      return settings satisfies never;
  }
}

function smtpMailer({ url, from }: { url: string; from: string }): Mailer {
  const transport = createTransport({
    url,
    connectionTimeout: ANSWER_WITHIN_MS,
    greetingTimeout: ANSWER_WITHIN_MS,
    socketTimeout: ANSWER_WITHIN_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    isConfigured: true,
    async send({ to, subject, text }) {
      // As an object: text would be read as a list of addresses. The library folds whatever would end a header.
      await transport.sendMail({ from, to: { name: '', address: to }, subject, text });
    },
  };
}
