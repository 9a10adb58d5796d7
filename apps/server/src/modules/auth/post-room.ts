import type { Logger } from '../../platform/logger.ts';
import type { Mail, Mailer } from '../../platform/mailer.ts';
import type { AttemptLimit } from './attempt-limit.ts';

/** Sends account mail after the answer has gone: how long it takes tells nobody whether there is an account. */
export interface PostRoom {
  readonly isConfigured: boolean;
  /**
   * @param to counted: further mails in the hour are not sent, and nobody is told.
   * @param write makes the mail; null for none.
   */
  post(to: string, write: () => Promise<Mail | null>): void;
  /** Resolves when nothing is under way. */
  settle(): Promise<void>;
}

export function createPostRoom(mailer: Mailer, limit: AttemptLimit, logger: Logger): PostRoom {
  const underWay = new Set<Promise<void>>();

  async function send(to: string, write: () => Promise<Mail | null>): Promise<void> {
    try {
      if ((await limit.take(to)) > 0) return;
      const mail = await write();
      if (mail) await mailer.send(mail);
    } catch (error) {
      logger.error({ error }, 'an account mail could not be sent');
    }
  }

  return {
    isConfigured: mailer.isConfigured,
    post(to, write) {
      const work = send(to, write).finally(() => underWay.delete(work));
      underWay.add(work);
    },
    async settle() {
      await Promise.all(underWay);
    },
  };
}
