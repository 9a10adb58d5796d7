import { ProtocolError } from '../../http/protocol-error.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';
import { isForeignKeyViolation } from '../../platform/database/storage-fault.ts';

/**
 * Runs work in one transaction whose refusals are kept as well: a code that was tried with the wrong verifier is burnt, and
 * a token that came twice has killed its family, though the client is refused.
 * @throws ProtocolError once what led to it is on disk; anything else undoes the work.
 */
export async function committed<Result>(
  database: Database,
  work: (transaction: Transaction) => Promise<Result>,
): Promise<Result> {
  const unit = async (transaction: Transaction) => {
    try {
      return { result: await work(transaction) };
    } catch (error) {
      if (error instanceof ProtocolError) return { refusal: error };
      throw error;
    }
  };
  const outcome = await database.writeTogether(unit).catch((error: unknown) => {
    if (!isForeignKeyViolation(error)) throw error;
    throw new ProtocolError('invalid_client', 'this client has just been removed', { status: 401 });
  });
  if (outcome.refusal) throw outcome.refusal;
  return outcome.result as Result;
}
