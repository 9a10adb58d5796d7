/** The groups of the reference, by the first segment of the path, in the order in which they are shown. */
export const TAGS: Record<string, { name: string; description: string }> = {
  items: {
    name: 'Items',
    description:
      'Records of a space: typed properties, a state, a version, and what stands beside them: tags and extensions.',
  },
  search: { name: 'Search', description: 'Items by the words in them.' },
  edges: { name: 'Edges', description: 'Directed, typed relations between two items.' },
  types: { name: 'Types', description: 'The schemas that properties are validated against.' },
  events: { name: 'Events', description: 'What changes in a space, as it happens, as server-sent events.' },
  webhooks: {
    name: 'Webhooks',
    description:
      'What changes in a space, sent to an address of yours and signed; and what others tell its Connections.',
  },
  runtime: { name: 'Receipt', description: 'A second address at which services tell Connections of what happens.' },
  dlq: { name: 'DeadLetters', description: 'For operators: what Connections could not handle, on the whole server.' },
  blobs: { name: 'Blobs', description: 'Bytes, kept under their SHA-256: what files and pictures are made of.' },
  keys: { name: 'Keys', description: 'Credentials of scripts and apps, with what each may do.' },
  integrations: {
    name: 'Integrations',
    description: 'Registered manifests: the catalogue that every space can install from.',
  },
  connections: { name: 'Connections', description: 'Installed integrations and their runs.' },
  credentials: {
    name: 'Credentials',
    description: 'What opens an upstream account: OAuth clients and static tokens, kept encrypted and never shown.',
  },
  'lease-tokens': {
    name: 'Leases',
    description: 'For whoever is shown a lease token and has to know whether it is live.',
  },
  audit: { name: 'Audit', description: 'The append-only log of what was changed, by which credential.' },
  tenants: { name: 'Spaces', description: 'The data boundaries of a server, called tenants on the wire.' },
  auth: {
    name: 'Apps',
    description: 'Who a credential belongs to, the apps that people let in, and the apps that operators register.',
  },
  lease: { name: 'Broker', description: 'For workers that run integrations: fresh credentials for their Connections.' },
  system: { name: 'Platform', description: 'For the server that runs integrations.' },
  health: { name: 'Health', description: 'For whoever watches the process.' },
};

/** @returns the key into {@link TAGS}: `items` for `/items/{id}/edges`. */
export function tagKeyOf(path: string): string {
  return path.split('/')[1] ?? '';
}
