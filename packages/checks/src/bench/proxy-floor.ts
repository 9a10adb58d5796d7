import { createServer } from 'node:http';
import { Pool } from 'undici';

/**
 * What a proxy on plain Node costs at the least: `node:http` in front, a kept `undici` pool behind, bytes passed with
 * back-pressure. No credential, no permission, no audit row, no cleaning of headers.
 * Run as: node proxy-floor.ts <port> <origin of the upstream>
 */
const [port = '0', origin = ''] = process.argv.slice(2);
const pool = new Pool(origin, { connections: 128, pipelining: 1 });

createServer((request, response) => {
  pool.dispatch(
    { path: request.url ?? '/', method: 'GET', headers: ['accept', '*/*'] },
    {
      onRequestStart(controller) {
        response.on('drain', () => controller.resume());
      },
      onResponseStart(_controller, status, headers) {
        response.writeHead(status, {
          'Content-Type': String(headers['content-type']),
          'Content-Length': String(headers['content-length']),
        });
      },
      onResponseData(controller, chunk) {
        if (!response.write(chunk)) controller.pause();
      },
      onResponseEnd: () => void response.end(),
      onResponseError: () => void response.destroy(),
    },
  );
}).listen(Number(port), '127.0.0.1');
