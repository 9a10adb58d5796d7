import { HOP_BUDGET } from '@withmarfa/shared';

/** Steps that connectors may take in one chain of writes, in a space that says nothing else. */
export const SDK_DEFAULT_HOP_BUDGET = HOP_BUDGET.default;
