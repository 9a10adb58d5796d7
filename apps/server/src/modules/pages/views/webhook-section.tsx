import type { DeadLetter, InboundWebhook } from '@withmarfa/shared';
import { Moment } from './moment.tsx';

export interface WebhookSectionProps {
  csrf: string;
  path: string;
  inbound: InboundWebhook[];
}

/** Where services tell a Connection of what happens. */
export function WebhookSection({ csrf, path, inbound }: WebhookSectionProps) {
  return (
    <section class="card" aria-labelledby="webhooks">
      <h2 id="webhooks">Webhook</h2>
      <ul class="rows">
        {inbound.map((webhook) => (
          <li key={webhook.id}>
            <div>
              <code>{webhook.receipt_url}</code>
              <p class="detail">
                signed as {webhook.verification_method}, secret {webhook.secret_redacted}
                {webhook.disabled ? ', disabled' : ''}
              </p>
              {webhook.previous_secret_expires_at === undefined ? null : (
                <p class="detail">
                  The secret before it is taken until <Moment at={webhook.previous_secret_expires_at} none="" />
                </p>
              )}
            </div>
            {webhook.disabled ? null : (
              <form method="post" action={`${path}/actions/webhook-secret`}>
                <input type="hidden" name="csrf" value={csrf} />
                <input type="hidden" name="webhook_id" value={webhook.id} />
                <button class="secondary" type="submit">
                  Make a new secret
                </button>
              </form>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

export interface DeadLetterSectionProps {
  csrf: string;
  path: string;
  letters: DeadLetter[];
  hasMore: boolean;
  canReplay: boolean;
}

/** What a Connection was given and could not handle. */
export function DeadLetterSection({ csrf, path, letters, hasMore, canReplay }: DeadLetterSectionProps) {
  return (
    <section class="card attention" aria-labelledby="dead-letters">
      <h2 id="dead-letters">Could not be handled</h2>
      <p>Nothing of this is lost. When what was wrong is mended, have it handled again.</p>
      <ul class="rows">
        {letters.map((letter) => (
          <li key={letter.id}>
            <div>
              <p class="fault">{letter.reason}</p>
              <p class="detail">
                {letter.delivery_id ?? letter.kind}, tried {letter.attempts === 1 ? 'once' : `${letter.attempts} times`}
              </p>
            </div>
            <span class="detail">
              <Moment at={letter.last_failed_at} none="" />
            </span>
          </li>
        ))}
      </ul>
      {hasMore ? <p class="detail">These are the newest of more.</p> : null}
      {canReplay ? (
        <form method="post" action={`${path}/actions/replay`}>
          <input type="hidden" name="csrf" value={csrf} />
          <button type="submit">Handle all of them again</button>
        </form>
      ) : null}
    </section>
  );
}
