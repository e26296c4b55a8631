import type { JsonScanner } from './json-scanner.ts';

/**
 * The text a field had last. Session ids, folders, versions and models repeat from line to line: comparing their bytes
 * costs less than making the string anew, and all records then share one string.
 */
export class RecentText {
  #bytes: Uint8Array = new Uint8Array(0);
  #text: string | null = null;
  readonly #maxBytes: number;

  constructor(maxBytes = 512) {
    this.#maxBytes = maxBytes;
  }

  /** Reads the value at the scanner's place; null where it is not a string. */
  read(json: JsonScanner): string | null {
    if (json.peek() !== 0x22) {
      json.skipValue();
      return null;
    }
    json.readString();
    const { bytes, start, stop } = json;
    const known = this.#bytes;
    if (this.#text !== null && stop - start === known.length) {
      let index = 0;
      while (index < known.length && known[index] === bytes[start + index]) index += 1;
      if (index === known.length) return this.#text;
    }
    this.#text = json.text(this.#maxBytes);
    this.#bytes = Uint8Array.prototype.slice.call(bytes, start, stop);
    return this.#text;
  }
}
