import type { ErrorCode } from '../errors/error-codes.ts';
import type { HttpMethod } from './endpoint.ts';

export type PassageMethod = HttpMethod | 'HEAD';

/**
 * An address at which requests go on to somebody else: what they bring, and what comes back, is none of Marfa's and no
 * schema describes it. The last part of the path takes all that follows, slashes included, and so does the query.
 */
export interface Passage {
  path: string;
  summary: string;
  description: string;
  methods: readonly PassageMethod[];
  /** What Marfa itself may refuse with; `X-Error-Code` names it then, and is never passed on from elsewhere. */
  errors: readonly ErrorCode[];
}
