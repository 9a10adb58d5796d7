/** Tells who waits for changes that this process has committed one. Other processes' commits are theirs to tell. */
export interface Commits {
  /** @returns a way to stop listening. Listeners must return at once and never throw. */
  listen(listener: () => void): () => void;
}
