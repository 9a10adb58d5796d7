import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { waitFor } from './start-server.ts';

/** A mail as it arrived. */
export interface ArrivedMail {
  to: string[];
  /** Headers and body, as they were sent. */
  raw: string;
  /** The body, with soft line breaks undone. */
  text: string;
}

/** A real SMTP server on 127.0.0.1 that keeps what arrives. */
export interface MailServer {
  url: string;
  mails: ArrivedMail[];
  /** Waits for so many mails. @returns the newest. */
  wait(count: number): Promise<ArrivedMail>;
  close(): Promise<void>;
}

export async function startMailServer(): Promise<MailServer> {
  const mails: ArrivedMail[] = [];
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    authOptional: true,
    onData(stream, { envelope }, callback) {
      let raw = '';
      stream.setEncoding('utf8');
      stream.on('data', (chunk: string) => {
        raw += chunk;
      });
      stream.on('end', () => {
        const body = raw.slice(raw.indexOf('\r\n\r\n') + 4);
        const text = body.replaceAll('=\r\n', '').replaceAll('=3D', '=').replaceAll('\r\n', '\n');
        mails.push({ to: envelope.rcptTo.map(({ address }) => address), raw, text });
        callback();
      });
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  return {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    mails,
    async wait(count) {
      await waitFor(() => mails.length >= count);
      const newest = mails.at(-1);
      if (!newest) throw new Error('no mail');
      return newest;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
