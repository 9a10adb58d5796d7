import type { TypeSchema } from '../items/type-schema.ts';
import { datetime, defineType, flag, integer, list, number, object, oneOf, plain, text, url } from './define-type.ts';

const media = { title: text(), url: url(), creator: text(), published_at: datetime(), rating: number(), notes: text() };
const file = {
  filename: text(),
  mime_type: plain(),
  size: integer(),
  blob_ref: plain('Hash of the stored bytes, sha256:<hex>.'),
  url: url(),
};

/** The types every space has. Shipped with the platform and immutable. */
export const CORE_TYPES: readonly TypeSchema[] = [
  defineType(
    'core.note',
    'Note',
    { title: text(), body: text(), format: oneOf('plain', 'markdown', 'html') },
    { title: 'title', body: 'body' },
  ),
  defineType(
    'core.bookmark',
    'Bookmark',
    {
      url: url('Address of the page.'),
      title: text(),
      description: text('Short summary.'),
      body: text('The content as plain text.'),
      author: text(),
      published_at: datetime(),
      image_url: url(),
      source_url: url('Where the bookmark came from, such as a feed.'),
      source_title: text(),
    },
    { required: ['url'], title: 'title', body: 'description' },
  ),
  defineType(
    'core.task',
    'Task',
    {
      title: text(),
      body: text(),
      due_at: datetime(),
      completed_at: datetime(),
      priority: integer(),
      status: oneOf('open', 'in_progress', 'completed', 'cancelled'),
    },
    { required: ['title'], title: 'title', body: 'body' },
  ),
  defineType(
    'core.event',
    'Event',
    {
      title: text(),
      description: text(),
      starts_at: { type: 'string', description: 'A date or a date and time.' },
      ends_at: { type: 'string', description: 'A date or a date and time.' },
      timezone: plain(),
      all_day: flag(),
      place: text(),
      status: plain(),
      url: url(),
      recurrence: list(),
    },
    { required: ['title'], title: 'title', body: 'description' },
  ),
  defineType(
    'core.entity',
    'Entity',
    { name: text(), description: text(), url: url() },
    { title: 'name', body: 'description' },
  ),
  defineType(
    'core.entity.person',
    'Person',
    {
      given_name: text(),
      family_name: text(),
      email: { type: 'string', format: 'email' },
      phone: plain(),
      birthday: { type: 'string', format: 'date' },
      organization: text(),
    },
    { parent: 'core.entity', title: 'name' },
  ),
  defineType('core.file', 'File', file, { title: 'filename' }),
  defineType(
    'core.file.image',
    'Image',
    { width: integer(), height: integer(), alt_text: text() },
    { parent: 'core.file', title: 'filename' },
  ),
  defineType('core.file.audio', 'Audio', { duration_seconds: number() }, { parent: 'core.file', title: 'filename' }),
  defineType(
    'core.file.video',
    'Video',
    { duration_seconds: number(), width: integer(), height: integer() },
    { parent: 'core.file', title: 'filename' },
  ),
  defineType('core.media', 'Media', media, { title: 'title', body: 'notes' }),
  defineType('core.media.book', 'Book', { isbn: plain(), pages: integer() }, { parent: 'core.media', title: 'title' }),
  defineType(
    'core.media.film',
    'Film',
    { runtime_minutes: integer(), release_year: integer() },
    { parent: 'core.media', title: 'title' },
  ),
  defineType(
    'core.media.music',
    'Music',
    { album: text(), duration_seconds: number() },
    { parent: 'core.media', title: 'title' },
  ),
  defineType(
    'core.media.podcast',
    'Podcast',
    { feed_url: url(), episode: integer(), duration_seconds: number() },
    { parent: 'core.media', title: 'title' },
  ),
  defineType(
    'core.highlight',
    'Highlight',
    { text: text(), note: text(), location: plain(), color: plain(), url: url() },
    { required: ['text'], title: 'text', body: 'note' },
  ),
  defineType(
    'core.message',
    'Message',
    {
      subject: text(),
      body: text(),
      from: plain(),
      to: list(),
      sent_at: datetime(),
      channel: plain(),
      attachments: list('object'),
      headers: object(),
    },
    { title: 'subject', body: 'body' },
  ),
];
