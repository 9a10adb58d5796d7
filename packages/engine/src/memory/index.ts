export { createMemoryStore, type MemoryStore } from './create-memory-store.ts';
export { createManualClock, type ManualClock } from './manual-clock.ts';
