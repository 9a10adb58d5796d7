import { describe, expect, it } from 'vitest';
import type { ConfigurationSchema } from './configuration-schema.ts';
import { validateConfiguration } from './validate-configuration.ts';

const SCHEMA: ConfigurationSchema = {
  feed_url: { type: 'string', description: 'Feed address to poll.', required: true },
  mode: { type: 'string', description: 'How much to keep.', values: ['all', 'new'], default: 'new' },
  pages: { type: 'number', description: 'How many pages.', values: [1, 2, 5] },
  delay: { type: 'number', description: 'Seconds to wait.', default: 0 },
  quiet: { type: 'boolean', description: 'Whether to keep still.', default: false },
  boards: { type: 'string_array', description: 'Boards to follow.', default: ['main'] },
  target_type: { type: 'string', description: 'Where to save.', from_target_types: true },
};

const judge = (configuration: Record<string, unknown>, schema: ConfigurationSchema | undefined = SCHEMA) =>
  validateConfiguration(schema, configuration, { targetTypes: ['core.bookmark', 'core.note'] });

function faults(configuration: Record<string, unknown>, schema?: ConfigurationSchema) {
  const verdict = judge(configuration, schema ?? SCHEMA);
  return verdict.ok ? [] : verdict.issues.map((issue) => issue.path);
}

const minimal = { feed_url: 'https://example.test/feed' };

describe('a connection’s configuration', () => {
  it('is filled with the declared defaults', () => {
    expect(judge(minimal)).toEqual({
      ok: true,
      configuration: { ...minimal, mode: 'new', delay: 0, quiet: false, boards: ['main'] },
    });
  });

  it('keeps every value that was given, falsy ones included', () => {
    const given = {
      ...minimal,
      mode: 'all',
      pages: 5,
      delay: 30,
      quiet: true,
      boards: [],
      target_type: 'core.note',
    };
    expect(judge(given)).toEqual({ ok: true, configuration: given });
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['a missing required value', {}, '$.configuration.feed_url'],
    ['a required value of blanks', { feed_url: '  ' }, '$.configuration.feed_url'],
    ['a required value that is null', { feed_url: null }, '$.configuration.feed_url'],
    ['a number for text', { feed_url: 5 }, '$.configuration.feed_url'],
    ['text for a number', { ...minimal, pages: '5' }, '$.configuration.pages'],
    ['an endless number', { ...minimal, pages: Number.POSITIVE_INFINITY }, '$.configuration.pages'],
    ['text for a switch', { ...minimal, quiet: 'yes' }, '$.configuration.quiet'],
    ['text for a list', { ...minimal, boards: 'main' }, '$.configuration.boards'],
    ['a list with a number in it', { ...minimal, boards: ['a', 1] }, '$.configuration.boards'],
    ['text that is none of its values', { ...minimal, mode: 'some' }, '$.configuration.mode'],
    ['a number that is none of its values', { ...minimal, pages: 3 }, '$.configuration.pages'],
    [
      'a type that is none of the target types',
      { ...minimal, target_type: 'core.task' },
      '$.configuration.target_type',
    ],
    ['an undeclared key', { ...minimal, colour: 'blue' }, '$.configuration.colour'],
    ['an undeclared key that needs quoting', { ...minimal, 'a b': 1 }, "$.configuration['a b']"],
    ['a key that every object inherits', { ...minimal, constructor: 1 }, '$.configuration.constructor'],
  ])('is refused with %s', (_what, configuration, path) => {
    expect(faults(configuration)).toEqual([path]);
  });

  it('tells every fault at once', () => {
    expect(faults({ mode: 'x', pages: 'y', colour: 1, shape: 2 }).sort()).toEqual([
      '$.configuration.colour',
      '$.configuration.feed_url',
      '$.configuration.mode',
      '$.configuration.pages',
      '$.configuration.shape',
    ]);
  });

  it('names the known settings beside an unknown key', () => {
    const verdict = judge({ ...minimal, colour: 'blue' });
    expect(verdict.ok ? '' : verdict.issues[0]?.message).toMatch(/feed_url, mode, pages/);
  });

  it('may hold the platform’s own key though no manifest declares it', () => {
    const override = { upstream_base_url_override: 'https://people.example.test' };
    expect(judge({ ...minimal, ...override })).toMatchObject({ ok: true, configuration: override });
    expect(faults({ ...minimal, upstream_base_url_override: 5 })).toEqual([
      '$.configuration.upstream_base_url_override',
    ]);
  });

  it('of an integration without settings holds nothing else', () => {
    expect(validateConfiguration(undefined, {}, { targetTypes: [] })).toEqual({ ok: true, configuration: {} });
    const verdict = validateConfiguration(undefined, minimal, { targetTypes: [] });
    expect(verdict.ok ? '' : verdict.issues[0]?.message).toContain('none');
  });

  it('takes a required list that is empty for a missing one', () => {
    const schema: ConfigurationSchema = {
      boards: { type: 'string_array', description: 'Boards to follow.', required: true },
    };
    expect(faults({ boards: [] }, schema)).toEqual(['$.configuration.boards']);
    expect(faults({ boards: ['a'] }, schema)).toEqual([]);
  });
});
