import { createTestHarness, type TestHarness, type WebhookInput } from '@withmarfa/testing';
import { connector } from '../../src/index.ts';

export function aConnection(): TestHarness {
  return createTestHarness({ connector });
}

/** An envelope as the Worker sends it, with some fields made otherwise; undefined leaves one out. */
export function anEnvelope(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    message_id: '<tide-1@harbour.example>',
    from: { address: 'ada@harbour.example', name: 'Ada' },
    to: 'inbox@example.org',
    subject: 'High water',
    date: 'Thu, 5 Mar 2026 09:30:00 +0100',
    text: 'High water is at noon.\n',
    html: '<p>High water is at noon.</p>',
    in_reply_to: '<tide-0@harbour.example>',
    references: ['<tide-0@harbour.example>'],
    headers: { 'Reply-To': 'watch@harbour.example', received: 'from somewhere' },
    attachments: [{ filename: 'tides.pdf', mime_type: 'application/pdf', size_bytes: 1234 }],
    ...changes,
  };
}

export function aDelivery(envelope: unknown): WebhookInput {
  return { body: JSON.stringify(envelope), headers: { 'content-type': 'application/json' } };
}

/** Delivers one envelope to a new connection, which has to take it. @returns the item's properties. */
export async function capturedOf(changes: Record<string, unknown>): Promise<Record<string, unknown>> {
  const harness = aConnection();
  const { result } = await harness.deliverWebhook(aDelivery(anEnvelope(changes)));
  if (!result.ok) throw new Error(result.reason);
  return harness.items[0]?.properties ?? {};
}
