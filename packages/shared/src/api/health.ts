import { z } from 'zod';
import { defineEndpoint } from './define-endpoint.ts';

export const getHealth = defineEndpoint({
  method: 'GET',
  path: '/health',
  summary: 'Whether the process answers.',
  audience: 'anyone',
  responses: { 200: z.object({ status: z.literal('ok') }) },
});

/** `degraded`: the server works, with less than it was set up with. */
export const PartStateSchema = z.enum(['ok', 'degraded', 'failed']);
export type PartState = z.infer<typeof PartStateSchema>;

export const getReadiness = defineEndpoint({
  method: 'GET',
  path: '/health/ready',
  summary: 'Whether the server can take work. When it cannot, the refusal has the state of each part as `parts`.',
  audience: 'anyone',
  responses: { 200: z.object({ status: z.literal('ready'), parts: z.record(z.string(), PartStateSchema) }) },
  errors: ['storage_unavailable', 'runtime_not_available'],
});
