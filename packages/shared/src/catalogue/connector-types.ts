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
  ...GOOGLE_TYPES,
];
