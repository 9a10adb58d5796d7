/** @returns whether `error` carries `brand`, a symbol of the global registry, so that two installed copies agree. */
export function hasBrand(error: unknown, brand: symbol): boolean {
  return typeof error === 'object' && error !== null && brand in error;
}
