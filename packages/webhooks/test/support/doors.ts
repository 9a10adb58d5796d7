import { verifyWebhook as here } from '@withmarfa/webhooks';
import { verifyWebhook as portable } from '../../src/index.ts';

const PORTABLE = { door: 'on Web Crypto', verifyWebhook: portable };

/** What the package's name leads to in this runtime, and what it leads to elsewhere. In workerd they are one. */
export const DOORS = here === portable ? [PORTABLE] : [{ door: 'on Node’s hashing', verifyWebhook: here }, PORTABLE];
