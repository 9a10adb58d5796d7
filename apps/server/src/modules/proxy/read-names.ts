/** Spellings that are remembered; those who send others pay for reading them. */
const MAX_NAMES = 1000;
const MAX_LENGTH = 64;

/**
 * Reads header names of whatever spelling. Peers send the same few again and again, so what was found is remembered.
 * @param read is given the name in lower case, and must depend on nothing else.
 */
export function readNames<Found extends object>(read: (key: string) => Found): (name: string) => Found {
  const known = new Map<string, Found>();
  return (name) => {
    const remembered = known.get(name);
    if (remembered) return remembered;
    const found = read(name.toLowerCase());
    if (name.length > MAX_LENGTH) return found;
    if (known.size >= MAX_NAMES) known.clear();
    known.set(name, found);
    return found;
  };
}
