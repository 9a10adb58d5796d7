import fc from 'fast-check';

/** Text as careless programs make it: control characters, halves of emoji and all. */
export function anyText(maxLength: number): fc.Arbitrary<string> {
  const unit = fc.oneof(fc.integer({ min: 0x20, max: 0x7e }), fc.integer({ min: 0, max: 0xffff }));
  return fc.array(unit, { maxLength, size: 'max' }).map((units) => String.fromCharCode(...units));
}
