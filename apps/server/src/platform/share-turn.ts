/**
 * Lets all who ask the same within one turn of the event loop share one answer. It is sought after the last of them has
 * asked, so nobody is told of what was true before he came.
 */
export function shareTurn<Answer>(seek: (question: string) => Promise<Answer>): (question: string) => Promise<Answer> {
  const asked = new Map<string, Promise<Answer>>();
  return (question) => {
    const shared = asked.get(question);
    if (shared) return shared;
    const answer = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      asked.delete(question);
      return seek(question);
    });
    asked.set(question, answer);
    return answer;
  };
}
