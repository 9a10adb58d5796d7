/**
 * Decodes standard base64, as webhook bodies travel.
 * @throws DOMException `InvalidCharacterError` when `base64` is none.
 */
export function decodeBase64ToArrayBuffer(base64: string): ArrayBuffer {
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index += 1) bytes[index] = binary.charCodeAt(index);
  return bytes.buffer;
}
