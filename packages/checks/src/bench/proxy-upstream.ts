import { createServer } from 'node:http';

/**
 * An upstream that answers `GET /<bytes>` with so many bytes. Large answers are written as fast as they are read.
 * Run as: node proxy-upstream.ts <port>
 */
const PIECE = Buffer.alloc(65_536, 'x');
/** Up to here an answer is one buffer, so that making it costs nothing. */
const LARGEST_KEPT = 16_777_216;
const kept = new Map<number, Buffer>();

createServer((request, response) => {
  const size = Number(request.url?.split('/').at(-1) ?? 0);
  response.setHeader('Content-Type', 'application/octet-stream');
  response.setHeader('Content-Length', size);
  if (size <= LARGEST_KEPT) {
    const body = kept.get(size) ?? Buffer.alloc(size, 'x');
    kept.set(size, body);
    response.end(body);
    return;
  }
  let left = size;
  const pour = () => {
    while (left > 0) {
      const piece = left < PIECE.length ? PIECE.subarray(0, left) : PIECE;
      left -= piece.length;
      if (!response.write(piece)) {
        response.once('drain', pour);
        return;
      }
    }
    response.end();
  };
  pour();
}).listen(Number(process.argv[2]), '127.0.0.1');
