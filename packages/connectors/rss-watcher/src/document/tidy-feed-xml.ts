import { type Handler, Parser } from 'htmlparser2';
import { elementRole, type Role } from './element-role.ts';
import { createFeedAssembler, type FeedAssembler } from './feed-assembler.ts';
import { type FeedRoot, feedRootOf, localNameOf, textLimit } from './feed-elements.ts';
import { createMarkupWriter } from './markup-writer.ts';

const MAX_DEPTH = 200;
/**
 * Entries that are read at all. Feeds list the newest first, so what follows this many is old; reading it would only
 * let a feed of a hundred thousand empty entries take seconds.
 */
const MAX_ENTRIES_READ = 20_000;
/** Children of one entry, and elements inside one child, that are kept. */
const MAX_CHILDREN = 200;
const MAX_NESTED = 20_000;
const MAX_ROOT_ATTRIBUTES = 100;
const MAX_ATTRIBUTES = 30;

export type TidyOutcome =
  | { kind: 'feed'; root: FeedRoot; bases: string[]; complete: boolean; unread: number }
  | { kind: 'html' }
  | { kind: 'too-deep' }
  | { kind: 'no-feed'; firstElement: string | undefined };

interface Frame {
  role: Role;
  name: string;
  /** Whether the element was written out, so that its end must be too. */
  written: boolean;
  /** How deep inside a kept child: 0 is the child itself. */
  level: number;
}

/**
 * Rewrites an XML feed as small well-formed feeds with only the elements this connector reads, and hands each to
 * `onFeed`; the last one that has them carries the feed's title and links.
 *
 * The parser behind knows formats and namespaces but trusts its input: 200 KB of `<a ` in a title keep it busy for
 * minutes, the table of contents of RSS 1.0 costs its square, every element and attribute some hundred bytes. After this
 * pass no tag is left open, nothing nests deep, and a feed of any shape needs memory for one chunk at a time.
 * @returns what the document is; `complete` is false when it ends before its feed does, and an entry that is cut in two
 *   is left out; `unread` counts the entries behind the first 20,000.
 */
export function tidyFeedXml(xml: string, onFeed: (root: FeedRoot, xml: string) => void): TidyOutcome {
  const walk = createWalk(createFeedAssembler(onFeed));
  const parser = new Parser(walk.handler, {
    xmlMode: true,
    decodeEntities: false,
    lowerCaseTags: true,
    lowerCaseAttributeNames: true,
  });
  parser.write(xml);
  return walk.finish(parser);
}

const noLink: { href?: string; rel: string } = { rel: 'alternate' };

function createWalk(assembler: FeedAssembler): { handler: Partial<Handler>; finish(parser: Parser): TidyOutcome } {
  const writer = createMarkupWriter();
  const frames: Frame[] = [];
  const bases: string[] = [];
  let parser: Parser | undefined;
  let root: FeedRoot | undefined;
  let firstElement: string | undefined;
  let stopped: 'html' | 'too-deep' | undefined;
  let complete = false;
  let ending = false;
  let inCdata = false;
  let textLeft = 0;
  let nested = 0;
  let children = 0;
  let emptyLink = noLink;
  let entries = 0;
  let isHtmlDoctype = false;

  const stop = (why: 'html' | 'too-deep') => {
    stopped = why;
    parser?.pause();
  };

  /** Before the root: what the document is, as far as its first elements tell. */
  const lookForRoot = (name: string, local: string) => {
    // Pages may leave <html> out; lists of feeds have a head and a body as well, but not first.
    if (local === 'html' || (!firstElement && (local === 'head' || local === 'body'))) stop('html');
    firstElement ??= name;
    root = local === 'channel' ? 'rss' : feedRootOf(local);
  };

  const roleOf = (name: string, local: string, parent: Role): Role => {
    if (parent === 'outside') {
      if (root) return 'skipped';
      lookForRoot(name, local);
    }
    const role = elementRole(local, parent, root);
    if (role === 'entry') entries += 1;
    if (parent === 'entry') children += 1;
    if (parent === 'kept') nested += 1;
    const tooMany = entries > MAX_ENTRIES_READ ? role === 'entry' : children > MAX_CHILDREN && parent === 'entry';
    return tooMany || (parent === 'kept' && nested > MAX_NESTED) ? 'skipped' : role;
  };

  /** Root and channel are written once for every chunk, so their open tags go to the assembler as soon as they end. */
  const settle = () => {
    const top = frames.at(-1);
    if (!top?.written || !root) return;
    if (top.role !== 'root' && top.role !== 'channel') return;
    const openTag = writer.take();
    top.written = false;
    if (top.role === 'root') assembler.setRoot(root, top.name, openTag);
    else assembler.setChannel(top.name, openTag);
  };

  const closed = (frame: Frame) => {
    if (emptyLink.href !== undefined && /^alternate$/i.test(emptyLink.rel)) writer.text(emptyLink.href, false);
    emptyLink = noLink;
    if (frame.written) writer.close(frame.name);
    const parent = frames.at(-1);
    if (frame.role === 'kept' && frame.level === 0 && parent?.role !== 'entry') assembler.addHead(writer.take());
    if (frame.role === 'entry') {
      const written = writer.take();
      if (!ending && children > 0) assembler.addEntry(written);
    }
    if (ending) return;
    // Some publishers forget the last tag of all; after `</channel>` no entry of RSS 0.9x and 2.0 can be missing.
    if (frame.role === 'root' || (frame.role === 'channel' && root === 'rss')) complete = true;
  };

  const handler: Partial<Handler> = {
    onparserinit(given) {
      parser = given;
    },
    onprocessinginstruction(_name, data) {
      isHtmlDoctype ||= /^!doctype\s+html\b/i.test(data);
    },
    onopentagname(name) {
      settle();
      if (stopped) return;
      if (frames.length >= MAX_DEPTH) return stop('too-deep');
      const parent = frames.at(-1);
      const local = localNameOf(name);
      const role = roleOf(name, local, parent?.role ?? 'outside');
      const level = role === 'kept' && parent?.role === 'kept' ? parent.level + 1 : 0;
      if (role === 'entry') children = 0;
      if (role === 'kept' && level === 0) {
        textLeft = textLimit(parent?.role === 'entry' ? 'entry' : 'head', local) ?? 0;
        nested = 0;
      }
      const written = role !== 'outside' && role !== 'skipped' && writer.open(name);
      frames.push({ role, name, written, level });
    },
    onattribute(name, value) {
      const top = frames.at(-1);
      if (!top?.written || top.level > 1) return;
      // Some publishers write Atom's empty link in RSS, where the address belongs into the text.
      if (root === 'rss' && top.name === 'link' && (name === 'href' || name === 'rel')) {
        emptyLink = { ...emptyLink, [name]: value };
      }
      const isFrame = top.role === 'root' || top.role === 'channel';
      if (isFrame && name === 'xml:base') bases.push(value);
      else writer.attribute(name, value, isFrame ? MAX_ROOT_ATTRIBUTES : MAX_ATTRIBUTES);
    },
    ontext(data) {
      settle();
      if (frames.at(-1)?.role !== 'kept' || textLeft === 0) return;
      if (/\S/.test(data)) emptyLink = noLink;
      writer.text(data.slice(0, textLeft), inCdata);
      textLeft -= Math.min(data.length, textLeft);
    },
    oncdatastart() {
      inCdata = true;
    },
    oncdataend() {
      inCdata = false;
    },
    onclosetag() {
      settle();
      const frame = frames.pop();
      if (frame) closed(frame);
    },
  };

  return {
    handler,
    finish(ended) {
      ending = true;
      if (stopped) return { kind: stopped };
      ended.end();
      if (!root) return isHtmlDoctype ? { kind: 'html' } : { kind: 'no-feed', firstElement };
      assembler.finish();
      return { kind: 'feed', root, bases, complete, unread: Math.max(entries - MAX_ENTRIES_READ, 0) };
    },
  };
}
