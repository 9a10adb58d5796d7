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

const TOO_LONG = new Error('the answer is longer than the limit');
const CALLER_GONE = new Error('the caller is gone');
const UNWANTED = new Error('the answer is not wanted');

/** Holds an answer from its head on. The body is paused until it is delivered; what comes all the same is kept. */
export function createAnswerFeed(controller: Controller, head: { status: number; headers: string[] }): AnswerFeed {
  const early: Buffer[] = [];
  let ending: 'end' | 'fail' | null = null;
  let sink: { data(chunk: Buffer): void; end(): void; fail(): void } | null = null;

  function deliver(
    response: ServerResponse,
    { headers, maxBytes, silenceMs }: { headers: string[]; maxBytes: number; silenceMs: number },
  ): Promise<Delivery> {
    const { promise, resolve } = Promise.withResolvers<Delivery>();
    let sent = 0;
    let over = false;
    let stalled: NodeJS.Timeout | null = null;

    const finish = (how: Delivery, cause?: Error) => {
      if (over) return;
      over = true;
      if (stalled) clearTimeout(stalled);
      response.off('drain', goOn);
      response.off('close', left);
      if (cause) controller.abort(cause);
      if (how !== 'complete') response.destroy();
      resolve(how);
    };
    const left = () => finish('caller_gone', CALLER_GONE);
    const goOn = () => {
      if (stalled) clearTimeout(stalled);
      stalled = null;
      controller.resume();
    };
    sink = {
      data(chunk) {
        if (over) return;
        sent += chunk.length;
        if (sent > maxBytes) finish('too_long', TOO_LONG);
        else if (!response.write(chunk) && stalled === null) {
          controller.pause();
          stalled = setTimeout(left, silenceMs);
        }
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
    response.once('close', left);
    response.on('drain', goOn);
    for (const chunk of early.splice(0)) sink.data(chunk);
    if (ending !== null) sink[ending]();
    // What lies ready comes at once, and goes out in one piece with the head.
    else if (stalled === null) controller.resume();
    if (!over && sent === 0) response.flushHeaders();
    return promise;
  }

  return {
    answer: { ...head, deliver, discard: () => controller.abort(UNWANTED) },
    data: (chunk) => void (sink ? sink.data(chunk) : early.push(chunk)),
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
