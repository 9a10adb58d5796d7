import type { ServerResponse } from 'node:http';
import type { Dispatcher } from 'undici';

/** How an answer ended on its way to the caller. */
export type Delivery = 'complete' | 'too_long' | 'upstream_gone' | 'caller_gone';

/** The answer of an upstream whose head is there and whose body waits to be taken. */
export interface UpstreamAnswer {
  status: number;
  /** Names and values in turns, as they came. */
  headers: string[];
  /**
   * Writes the answer out as fast as the caller reads. One that breaks off, or turns out too long, ends the caller's
   * connection, so that nobody takes a part for the whole.
   * @param options.headers names and values in turns.
   * @param options.maxBytes of the body.
   * @param options.silenceMs a caller that takes nothing for so long is let go.
   */
  deliver(
    response: ServerResponse,
    options: { headers: string[]; maxBytes: number; silenceMs: number },
  ): Promise<Delivery>;
  /** Ends it unread. */
  discard(): void;
}

/** Takes what a dispatcher brings after the head, before anybody asked for it and after. */
export interface AnswerFeed {
  answer: UpstreamAnswer;
  data(chunk: Buffer): void;
  end(): void;
  fail(): void;
}

type Controller = Dispatcher.DispatchController;

/** Once so much of a body waits that nobody takes yet, the rest has to wait at the upstream. */
const KEPT_BYTES = 16_384;

const TOO_LONG = new Error('the answer is longer than the limit');
const CALLER_GONE = new Error('the caller is gone');
const UNWANTED = new Error('the answer is not wanted');

/** Holds an answer from its head on. What comes before it is delivered is kept, and stops coming when it is too much. */
export function createAnswerFeed(controller: Controller, head: { status: number; headers: string[] }): AnswerFeed {
  const early: Buffer[] = [];
  let earlyBytes = 0;
  let ending: 'end' | 'fail' | null = null;
  let sink: { data(chunk: Buffer): void; end(): void; fail(): void } | null = null;

  function deliver(
    response: ServerResponse,
    { headers, maxBytes, silenceMs }: { headers: string[]; maxBytes: number; silenceMs: number },
  ): Promise<Delivery> {
    const { promise, resolve } = Promise.withResolvers<Delivery>();
    let sent = 0;
    let over = false;
    let isStalled = false;
    /** Made once: an answer stalls after nearly every piece, for a moment. */
    let patience: NodeJS.Timeout | null = null;

    const finish = (how: Delivery, cause?: Error) => {
      if (over) return;
      over = true;
      if (patience) clearTimeout(patience);
      response.off('drain', goOn);
      response.off('close', left);
      if (cause) controller.abort(cause);
      if (how !== 'complete') response.destroy();
      resolve(how);
    };
    const left = () => finish('caller_gone', CALLER_GONE);
    const stall = () => {
      isStalled = true;
      controller.pause();
      patience = patience?.refresh() ?? setTimeout(() => isStalled && left(), silenceMs);
    };
    const goOn = () => {
      isStalled = false;
      controller.resume();
    };
    sink = {
      data(chunk) {
        if (over) return;
        sent += chunk.length;
        if (sent > maxBytes) finish('too_long', TOO_LONG);
        else if (!response.write(chunk)) stall();
      },
      end() {
        if (over) return;
        response.end();
        finish('complete');
      },
      fail: () => finish('upstream_gone'),
    };

    if (response.destroyed) {
      finish('caller_gone', CALLER_GONE);
      return promise;
    }
    try {
      response.writeHead(head.status, headers);
    } catch (error) {
      // Nothing has been sent: whoever asked may still be told why.
      controller.abort(UNWANTED);
      return Promise.reject(error);
    }
    // What lies ready goes out in one piece with the head.
    for (const chunk of early.splice(0)) sink.data(chunk);
    if (ending !== null) sink[ending]();
    if (over) return promise;
    response.once('close', left);
    response.on('drain', goOn);
    if (!isStalled) controller.resume();
    if (!over && sent === 0) response.flushHeaders();
    return promise;
  }

  return {
    answer: { ...head, deliver, discard: () => controller.abort(UNWANTED) },
    data(chunk) {
      if (sink) {
        sink.data(chunk);
        return;
      }
      early.push(chunk);
      earlyBytes += chunk.length;
      if (earlyBytes >= KEPT_BYTES) controller.pause();
    },
    end() {
      ending = 'end';
      sink?.end();
    },
    fail() {
      ending = 'fail';
      sink?.fail();
    },
  };
}
