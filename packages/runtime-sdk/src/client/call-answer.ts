import type { Endpoint } from '@withmarfa/shared';
import type { z } from 'zod';

/** A success of an endpoint: one of its statuses with that status's body. */
export type CallAnswer<E extends Endpoint> = {
  [Status in keyof E['responses'] & number]: { status: Status; body: z.output<E['responses'][Status]> };
}[keyof E['responses'] & number];
