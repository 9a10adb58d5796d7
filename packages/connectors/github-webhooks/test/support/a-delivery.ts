import { randomUUID } from 'node:crypto';
import { createTestHarness, type TestHarness, type WebhookInput } from '@withmarfa/testing';
import { connector } from '../../src/index.ts';
import { examplesOf } from './examples.ts';

type Payload = Record<string, unknown>;

const OPENED = examplesOf('api.github.com').filter(({ payload }) => payload.action === 'opened');

/** One connection. @param repo the setting; left out, every repository counts. */
export function aConnection(repo?: string): TestHarness {
  return createTestHarness({ connector, configuration: repo === undefined ? {} : { repo } });
}

/** A delivery as GitHub sends it. */
export function aDelivery(event: string, payload: unknown, given: WebhookInput = {}): WebhookInput {
  const { headers, ...rest } = given;
  return {
    body: JSON.stringify(payload),
    delivery_id: randomUUID(),
    ...rest,
    headers: { 'Content-Type': 'application/json', 'X-GitHub-Event': event, ...headers },
  };
}

/** The same in the other form that GitHub offers. */
export function aFormDelivery(event: string, payload: unknown): WebhookInput {
  const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  return aDelivery(event, payload, { body, headers: { 'Content-Type': 'application/x-www-form-urlencoded' } });
}

/** An issue that was opened, with some fields of the issue and of the payload made otherwise. */
export function anIssue(issue: Payload = {}, payload: Payload = {}): Payload {
  return anOpened('issues', 'issue', { subject: issue, payload });
}

export function aPullRequest(pull_request: Payload = {}, payload: Payload = {}): Payload {
  return anOpened('pull_request', 'pull_request', { subject: pull_request, payload });
}

function anOpened(event: string, key: string, changes: { subject: Payload; payload: Payload }): Payload {
  const found = OPENED.find((one) => one.event === event);
  if (!found) throw new Error(`there is no example of ${event} opened`);
  const subject = { ...(found.payload[key] as Payload), ...changes.subject };
  return { ...found.payload, [key]: subject, ...changes.payload };
}

/** As a payload holds it. */
export function aRepository(full_name: unknown): Payload {
  return { repository: { full_name } };
}
