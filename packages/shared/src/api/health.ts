import { z } from 'zod';
import { defineEndpoint } from './define-endpoint.ts';

export const getHealth = defineEndpoint({
  method: 'GET',
  path: '/health',
  summary: 'Whether the process answers.',
  audience: 'anyone',
  responses: { 200: z.object({ status: z.literal('ok') }) },
});
