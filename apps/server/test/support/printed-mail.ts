import { type TestServer, waitFor } from './start-server.ts';

/** A mail as the `log` backend prints it. */
export interface PrintedMail {
  to: string;
  subject: string;
  text: string;
  /** Path and query of the link in it. */
  link: string;
}

export function printedMails(server: TestServer, to: string): PrintedMail[] {
  const mails = server.output().matchAll(/^--- Mail to (.+?): (.*)\n([\s\S]*?)\n--- End of mail$/gm);
  return [...mails]
    .map(([, address = '', subject = '', text = '']) => ({ to: address, subject, text, link: linkIn(text) }))
    .filter((mail) => mail.to === to);
}

/** Waits for the mails to an address. @returns the newest. */
export async function printedMail(server: TestServer, to: string, count = 1): Promise<PrintedMail> {
  const mails = await waitFor(() => {
    const found = printedMails(server, to);
    return found.length >= count ? found : null;
  });
  const newest = mails.at(-1);
  if (!newest) throw new Error('no mail');
  return newest;
}

export function linkIn(text: string): string {
  const url = /https?:\/\/\S+token=\S+/.exec(text)?.[0];
  if (url === undefined) return '';
  const { pathname, search } = new URL(url);
  return pathname + search;
}
