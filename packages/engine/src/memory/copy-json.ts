/**
 * A value as it comes back from storage: a copy, and only what JSON can carry.
 * @throws TypeError for what JSON cannot carry (a bigint, a cycle), as a database's driver would.
 */
export function copyJson<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}
