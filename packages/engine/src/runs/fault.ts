/** Where a fault of the store (not of a connector) came up. */
export interface FaultPlace {
  task: 'drain' | 'lease' | 'schedule' | 'renewal' | 'sweep';
  connectionId?: string;
}

/** Is told of every fault of the store. What failed is tried again by itself. */
export type OnFault = (error: unknown, where: FaultPlace) => void;
