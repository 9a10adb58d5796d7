import { parseScope } from '@withmarfa/shared';

/** The groups of a consent page, in the order in which they are shown. */
export const SCOPE_GROUPS = [
  'Your items',
  'Links between your items',
  'Tags and types',
  'Who you are',
  'Staying signed in',
] as const;
export type ScopeGroup = (typeof SCOPE_GROUPS)[number];

/** One scope as a person reads it, beside its literal text. */
export interface ScopeMeaning {
  scope: string;
  group: ScopeGroup;
  meaning: string;
  /** What there is to think about before this is granted. */
  warning?: string;
}

/** Says in plain words what a scope lets an app do. A scope that cannot be read says so; none such is ever issued. */
export function describeScope(scope: string): ScopeMeaning {
  const parsed = parseScope(scope);
  if (parsed === null) return { scope, group: 'Your items', meaning: 'This server does not know what this means.' };
  switch (parsed.kind) {
    case 'type':
      return { scope, group: 'Your items', ...typeMeaning(parsed.pattern, parsed.level) };
    case 'edge':
      return { scope, group: 'Links between your items', meaning: edgeMeaning(parsed.pattern, parsed.level) };
    case 'metadata':
      return { scope, group: 'Tags and types', meaning: metadataMeaning(parsed.subResource, parsed.level) };
    case 'identity':
      return { scope, ...identityMeaning(parsed.claim) };
    default:
      return parsed satisfies never;
  }
}

function typeMeaning(pattern: string, level: 'read' | 'write'): { meaning: string; warning?: string } {
  if (pattern === '*') {
    return level === 'read'
      ? { meaning: 'Read all your items, of every type there is or will be.' }
      : {
          meaning: 'Read, create, change and delete all your items, of every type there is or will be.',
          warning: 'This is everything you keep here. Grant it only to an app that you trust with all of it.',
        };
  }
  const verb = level === 'read' ? 'Read' : 'Read, create, change and delete';
  if (pattern.endsWith('.*')) {
    const root = pattern.slice(0, -2);
    return { meaning: `${verb} items of the type ${root} and of every type that begins with ${root}.` };
  }
  return {
    meaning:
      level === 'read'
        ? `Read items of the type ${pattern} and of types made from it.`
        : `Read, create, change and delete items of the type ${pattern}.`,
  };
}

function edgeMeaning(pattern: string, level: 'read' | 'write'): string {
  const which =
    pattern === '*'
      ? 'links of every kind'
      : pattern.endsWith('.*')
        ? `links whose kind is ${pattern.slice(0, -2)} or begins with it`
        : `links of the kind ${pattern}`;
  return level === 'read' ? `See ${which}.` : `See, make and remove ${which}, from items that it may change.`;
}

function metadataMeaning(subResource: 'tags' | 'types', level: 'read' | 'write'): string {
  if (subResource === 'types') return 'Make types of items that your space does not know yet.';
  return level === 'read' ? 'See the tags on your items.' : 'See and change the tags on your items.';
}

function identityMeaning(claim: 'openid' | 'profile' | 'email' | 'offline_access'): {
  group: ScopeGroup;
  meaning: string;
} {
  switch (claim) {
    case 'openid':
      return { group: 'Who you are', meaning: 'Recognise you when you come back.' };
    case 'profile':
      return { group: 'Who you are', meaning: 'Know your name, your handle and your picture.' };
    case 'email':
      return { group: 'Who you are', meaning: 'Know your e-mail address.' };
    case 'offline_access':
      return { group: 'Staying signed in', meaning: 'Stay signed in while you are away, until you end it.' };
    default:
      return claim satisfies never;
  }
}
