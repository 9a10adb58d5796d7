import { EventEmitter, once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { FeedEntry, FeedServer } from './feed-server.ts';

/** Answers that a publisher keeps back. */
export interface HeldAnswers {
  /** Resolves when somebody is waiting for an answer. */
  asked: Promise<unknown>;
  /** From here on serves these entries, also to those who wait. */
  release(entries: readonly FeedEntry[]): void;
}

/** Makes a feed server take requests and answer none, until they are released. */
export function holdAnswers(feed: FeedServer): HeldAnswers {
  const waiting: ServerResponse[] = [];
  const arrivals = new EventEmitter();
  const asked = once(arrivals, 'asked');
  feed.answerWith((_request, response) => {
    waiting.push(response);
    arrivals.emit('asked');
  });
  return {
    asked,
    release(entries) {
      feed.publish(entries);
      for (const response of waiting.splice(0)) response.writeHead(307, { location: feed.url }).end();
    },
  };
}
