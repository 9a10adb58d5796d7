import type { IncomingMessage, ServerResponse } from 'node:http';
import { startFakeServer } from '@withmarfa/testing';

export interface SeenCall {
  method: string;
  url: string;
  rawHeaders: string[];
  headers: IncomingMessage['headers'];
  body: Buffer;
}

type AnswerWith = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void;

/** An upstream that keeps every call, once it is whole, and answers as a test says. */
export interface RecordingUpstream {
  url: string;
  readonly seen: readonly SeenCall[];
  answerWith(answer: AnswerWith): void;
  /** Forgets what it has seen, and answers 200 `hello` again. */
  reset(): void;
  close(): Promise<void>;
}

export async function startRecordingUpstream(): Promise<RecordingUpstream> {
  const hello: AnswerWith = (_request, response) => void response.end('hello');
  let seen: SeenCall[] = [];
  let answer = hello;
  const server = await startFakeServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', rawHeaders, headers } = request;
      const body = Buffer.concat(chunks);
      seen.push({ method, url, rawHeaders, headers, body });
      answer(request, response, body);
    });
  });
  return {
    url: server.url,
    get seen() {
      return seen;
    },
    answerWith(next) {
      answer = next;
    },
    reset() {
      seen = [];
      answer = hello;
    },
    close: () => server.close(),
  };
}
