import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import { type BlobInfo, getBlob, getBlobUrl, MarfaError, uploadBlob } from '@withmarfa/shared';
import { parse as parseContentType } from 'content-type';
import parseRange from 'range-parser';
import { answer, type Mount, unauthorized } from '../../http/mount-endpoint.ts';
import type { Caller } from '../../platform/caller.ts';
import type { BlobsService } from './blobs-service.ts';

const UNKNOWN_TYPE = 'application/octet-stream';

/** Bytes that somebody else chose are shown to nobody's browser as a page of this server. */
const UNTRUSTED = {
  'Content-Security-Policy': "default-src 'none'; sandbox",
  'Content-Disposition': 'attachment',
  'Accept-Ranges': 'bytes',
};

export function mountBlobRoutes(
  mount: Mount,
  { blobs, maxBytes, publicUrl }: { blobs: BlobsService; maxBytes: number; publicUrl: () => string },
): void {
  mount.streamEndpoint(
    uploadBlob,
    async ({ body }, caller, { headers }) => {
      const { info, isNew } = await blobs.upload(caller, typeOf(headers), body ?? Readable.from([]));
      return isNew ? answer(201, info) : answer(200, info);
    },
    { maxBodyBytes: maxBytes },
  );

  mount.publicStreamEndpoint(getBlob, async ({ params, query }, caller, { headers }) => {
    const info = await blobs.find(readingSpace(params.hash, query, caller), params.hash);
    const common = { ...UNTRUSTED, ETag: `"${info.hash}"`, 'Cache-Control': 'private, max-age=31536000, immutable' };
    const known = headers['if-none-match'];
    if (known?.trim() === '*' || known?.includes(common.ETag)) {
      return { status: 304 as const, headers: common, body: Readable.from([]) };
    }
    const range = rangeOf(headers, info, common.ETag);
    const length = range ? range.end - range.start + 1 : info.size;
    return {
      status: range ? (206 as const) : (200 as const),
      headers: {
        ...common,
        'Content-Type': info.mime_type,
        'Content-Length': String(length),
        ...(range ? { 'Content-Range': `bytes ${range.start}-${range.end}/${info.size}` } : {}),
      },
      body: await blobs.bytes(info.hash, range ?? undefined),
    };
  });

  mount.endpoint(getBlobUrl, async ({ params }, caller) => {
    blobs.requireReader(caller);
    await blobs.find(caller.spaceId, params.hash);
    const { path, expiresAt } = blobs.sign(caller, params.hash);
    return answer(200, { url: `${publicUrl()}${path}`, expires_at: expiresAt.toISOString() });
  });

  function readingSpace(
    hash: string,
    {
      space,
      expires,
      signature,
    }: { space?: string | undefined; expires?: number | undefined; signature?: string | undefined },
    caller: Caller | null,
  ): string {
    if (space !== undefined && expires !== undefined && signature !== undefined) {
      return blobs.verify({ hash, space, expires, signature });
    }
    if (caller === null) throw unauthorized();
    blobs.requireReader(caller);
    return caller.spaceId;
  }
}

/** @throws MarfaError `validation_error` for a Content-Type that is none. */
function typeOf(headers: IncomingHttpHeaders): string {
  const given = headers['content-type'];
  if (given === undefined) return UNKNOWN_TYPE;
  const { type } = parseContentType(given);
  if (/^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+$/.test(type) && given.length <= 255) return given;
  const issues = [{ path: 'header Content-Type', message: 'expected a media type such as image/png' }];
  throw new MarfaError('validation_error', 'The Content-Type is not a media type.', { details: { issues } });
}

/** One range of RFC 9110 section 14; several, or what is no range at all, get the whole content. */
function rangeOf(
  headers: IncomingHttpHeaders,
  { size }: BlobInfo,
  etag: string,
): { start: number; end: number } | null {
  const { range, 'if-range': onlyOf = etag } = headers;
  // A date is never matched: the content under a hash has none.
  if (range === undefined || onlyOf !== etag) return null;
  const ranges = parseRange(size, range);
  if (ranges === -1) {
    throw new MarfaError('range_not_satisfiable', `The blob has ${size} bytes; the range lies outside.`);
  }
  const [only] = ranges === -2 || ranges.type !== 'bytes' || ranges.length !== 1 ? [] : ranges;
  return only ?? null;
}
