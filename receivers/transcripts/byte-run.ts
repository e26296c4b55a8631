import type { JsonScanner } from './json-scanner.ts';

const MIN_BYTES = 4;

/** Bytes that are looked for again and again; compared four at a time. */
export class ByteRun {
  readonly length: number;
  readonly #words: Int32Array;
  readonly #lastWord: number;

  /** `bytes` are copied. There must be four at least. */
  constructor(bytes: Uint8Array) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.length = bytes.length;
    this.#words = Int32Array.from({ length: (bytes.length - 1) >> 2 }, (_, index) =>
      view.getInt32(index * 4, true),
    );
    this.#lastWord = view.getInt32(bytes.length - MIN_BYTES, true);
  }

  /** Steps over these bytes where they stand at the scanner's place. */
  stepOver(json: JsonScanner): boolean {
    const { view, at } = json;
    const end = at + this.length;
    if (end > view.byteLength || view.getInt32(end - MIN_BYTES, true) !== this.#lastWord)
      return false;
    const words = this.#words;
    for (let index = 0, from = at; index < words.length; index++, from += 4) {
      if (view.getInt32(from, true) !== words[index]) return false;
    }
    json.at = end;
    return true;
  }
}
