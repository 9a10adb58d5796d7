import { z } from 'zod';
import { IntegrationSchema } from '../items/system/integration.ts';
import { IdParams, integerInRange } from './common.ts';
import { defineEndpoint } from './define-endpoint.ts';

export const registerIntegration = defineEndpoint({
  method: 'POST',
  path: '/integrations',
  summary: 'Registers a manifest. A registered (name, version) never changes.',
  audience: 'platform',
  body: z.strictObject({ manifest: z.unknown() }),
  responses: { 201: IntegrationSchema },
  errors: ['validation_error', 'manifest_schema_unsupported', 'conflict', 'forbidden'],
});

export const listIntegrations = defineEndpoint({
  method: 'GET',
  path: '/integrations',
  summary: 'Lists registered integrations, newest version first.',
  query: z.strictObject({
    manifest_name: z.string().max(200).optional(),
    limit: integerInRange(1, 200).prefault('50'),
  }),
  responses: { 200: z.object({ data: z.array(IntegrationSchema) }) },
});

export const getIntegration = defineEndpoint({
  method: 'GET',
  path: '/integrations/{id}',
  summary: 'Shows one registered integration.',
  params: IdParams,
  responses: { 200: IntegrationSchema },
  errors: ['integration_not_found'],
});
