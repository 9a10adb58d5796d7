import { slackChallenge } from '@withmarfa/webhooks';
import { expect, it } from 'vitest';
import { bytes } from '../support/a-delivery.ts';

it('reads what Slack wants to hear of a new address', () => {
  const question =
    '{"token":"x","challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P","type":"url_verification"}';
  expect(slackChallenge(bytes(question))).toBe('3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P');
});

it.each([
  '{"type":"event_callback","challenge":"x"}',
  '{"type":"url_verification"}',
  '{"type":"url_verification","challenge":7}',
  '{"event":{"type":"url_verification","challenge":"x"}}',
  'null',
  '[]',
  'challenge=x&type=url_verification',
  '',
  `{"type":"url_verification","challenge":"x","more":"${'x'.repeat(20_000)}"}`,
])('finds no question in %s', (body) => {
  expect(slackChallenge(bytes(body))).toBeNull();
});
