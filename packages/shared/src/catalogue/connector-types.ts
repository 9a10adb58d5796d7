import type { TypeSchema } from '../items/type-schema.ts';
import { datetime, defineType, integer, list, object, oneOf, plain, text } from './define-type.ts';
import { GOOGLE_TYPES } from './google-types.ts';

/**
 * Types of the connectors that are shipped with the platform: every space has them, as it has the core types. They keep
 * what the upstream knows beyond the core type beside the fields that both have.
 */
export const CONNECTOR_TYPES: readonly TypeSchema[] = [
  defineType(
    'todoist.task',
    'Todoist task',
    {
      title: text(),
      body: text(),
      status: oneOf('open', 'in_progress', 'completed', 'cancelled'),
      completed_at: datetime(),
      due_at: datetime('A day is its midnight, and a time without a zone is taken, in UTC.'),
      priority: integer(),
      labels: list(),
      due: object(),
      project_id: plain('Id of the project in Todoist.'),
      section_id: plain('Id of the section in Todoist.'),
      parent_id: plain('Id of the task in Todoist that this one is part of.'),
    },
    { required: ['title'], title: 'title', body: 'body' },
  ),
  defineType(
    'withmarfa.captured_email',
    'Captured email',
    {
      from_address: text(),
      from_name: text(),
      to_address: text('The address that the mail was delivered to.'),
      subject: text(),
      text_body: text(),
      html_body: plain('HTML as the sender wrote it. Whoever shows it has to make it safe first.'),
      sent_at: datetime('When the sender says that it was sent.'),
      message_id: plain('The Message-ID, which the sender chose.'),
      in_reply_to: plain('Message-ID of the mail that this one answers.'),
      references: { ...list(), description: 'Message-IDs of the thread, its first mail first.' },
      headers: { ...object(), description: 'Some of the header fields, by their name in lower case.' },
      attachments: { ...list('object'), description: 'What was attached: filename, mime_type, size_bytes.' },
      clipped: { ...list(), description: 'Names of the fields that were too long and have lost their end.' },
    },
    { required: ['message_id'], title: 'subject', body: 'text_body' },
  ),
  ...GOOGLE_TYPES,
];
