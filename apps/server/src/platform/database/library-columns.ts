/** @returns the value of a JSON column of the auth library, whichever database it comes from. */
export function fromJsonColumn<Value>(column: Value | string): Value {
  return typeof column === 'string' ? (JSON.parse(column) as Value) : column;
}

/** @returns milliseconds since 1970 of a time of the auth library, whichever database it comes from. */
export function fromLibraryDate(column: Date | string): number {
  return new Date(column).getTime();
}
