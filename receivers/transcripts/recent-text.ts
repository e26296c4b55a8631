import type { JsonScanner } from './json-scanner.ts';

const SLOTS = 256;
/** Longer values are not remembered. */
const MAX_REMEMBERED_BYTES = 256;

/**
 * The texts a field had lately. Session ids, folders, models and tool names repeat: comparing their bytes costs less than
 * making the string anew, and all records then share one string.
 */
export class RecentText {
  readonly #bytes: (Uint8Array | undefined)[] = Array.from({ length: SLOTS }, () => undefined);
  readonly #texts: string[] = Array.from({ length: SLOTS }, () => '');
  readonly #maxBytes: number;
  /** The value last read, between its quotes. */
  #last: Uint8Array = new Uint8Array(0);
  #lastText = '';

  constructor(maxBytes = 512) {
    this.#maxBytes = maxBytes;
  }

  /** Reads the value at the scanner's place; null where it is not a string. */
  read(json: JsonScanner): string | null {
    if (json.peek() !== 0x22) {
      json.skipValue();
      return null;
    }
    const { bytes, at } = json;
    const last = this.#last;
    let index = last.length - 1;
    while (index >= 0 && last[index] === bytes[at + index]) index -= 1;
    if (index < 0 && last.length > 0) {
      json.at = at + last.length;
      return this.#lastText;
    }
    json.readString();
    return this.#lookUp(json);
  }

  #lookUp(json: JsonScanner): string {
    const { bytes, start, stop, escaped } = json;
    const length = stop - start;
    if (length === 0) return '';
    if (escaped || length > MAX_REMEMBERED_BYTES) return json.text(this.#maxBytes);
    const slot = (length * 7 + bytes[stop - 1]! * 31 + bytes[start]! * 5 + bytes[(start + stop) >> 1]! * 13) & (SLOTS - 1);
    const known = this.#bytes[slot];
    if (known !== undefined && isSame(known, bytes, start - 1)) this.#lastText = this.#texts[slot]!;
    else {
      this.#lastText = json.text(this.#maxBytes);
      this.#bytes[slot] = Uint8Array.prototype.slice.call(bytes, start - 1, stop + 1);
      this.#texts[slot] = this.#lastText;
    }
    this.#last = this.#bytes[slot]!;
    return this.#lastText;
  }
}

const isSame = (known: Uint8Array, bytes: Uint8Array, at: number): boolean => {
  for (let index = 0; index < known.length; index++) if (known[index] !== bytes[at + index]) return false;
  return true;
};
