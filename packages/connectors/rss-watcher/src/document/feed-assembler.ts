import type { FeedRoot } from './feed-elements.ts';

/** How much of a feed is handed on at once: small enough that the parser's tree of it is small. */
const CHUNK_LENGTH = 128 * 1024;
const MAX_HEAD_CHILDREN = 50;

export interface FeedAssembler {
  /** The root's and the channel's open tags as written, with their names. */
  setRoot(root: FeedRoot, name: string, openTag: string): void;
  setChannel(name: string, openTag: string): void;
  addHead(xml: string): void;
  addEntry(xml: string): void;
  /** Hands on what is left, with the head. */
  finish(): void;
}

/** Puts entries and the head back into feeds of the same format, a chunk of entries at a time. */
export function createFeedAssembler(onFeed: (root: FeedRoot, xml: string) => void): FeedAssembler {
  let kind: FeedRoot = 'rss';
  let root = { name: 'rss', openTag: '<rss version="2.0">' };
  let channel = { name: 'channel', openTag: '<channel>' };
  let head: string[] = [];
  let entries: string[] = [];
  let length = 0;

  const flush = () => {
    const inside = entries.join('');
    const beside = head.join('');
    entries = [];
    head = [];
    length = 0;
    const { openTag } = channel;
    const closeTag = `</${channel.name}>`;
    const body = {
      feed: () => `${beside}${inside}`,
      rss: () => `${openTag}${beside}${inside}${closeTag}`,
      rdf: () => `${openTag}${beside}${closeTag}${inside}`,
    }[kind]();
    onFeed(kind, `${root.openTag}${body}</${root.name}>`);
  };

  return {
    setRoot(given, name, openTag) {
      kind = given;
      root = { name, openTag };
    },
    setChannel(name, openTag) {
      channel = { name, openTag };
    },
    addHead(xml) {
      if (head.length < MAX_HEAD_CHILDREN) head.push(xml);
    },
    addEntry(xml) {
      entries.push(xml);
      length += xml.length;
      if (length >= CHUNK_LENGTH) flush();
    },
    finish: flush,
  };
}
