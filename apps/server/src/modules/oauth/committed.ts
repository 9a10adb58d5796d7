import { ProtocolError } from '../../http/protocol-error.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';

/**
 * Runs work in one transaction whose refusals are kept as well: a code that was tried with the wrong verifier is burnt, and
 * a token that came twice has killed its family, though the client is refused.
 * @throws ProtocolError once what led to it is on disk; anything else undoes the work.
 */
export async function committed<Result>(
  database: Database,
  work: (transaction: Transaction) => Promise<Result>,
): Promise<Result> {
  const outcome = await database.writeTogether(async (transaction) => {
    try {
      return { result: await work(transaction) };
    } catch (error) {
      if (error instanceof ProtocolError) return { refusal: error };
      throw error;
    }
  });
  if (outcome.refusal) throw outcome.refusal;
  return outcome.result as Result;
}
