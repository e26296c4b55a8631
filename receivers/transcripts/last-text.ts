import type { JsonScanner } from './json-scanner.ts';
import { Stretch } from './stretch.ts';

/** The text a field had last, for ids that come several times in a row and then never again. */
export class LastText {
  readonly #stretch = new Stretch();
  readonly #maxBytes: number;
  #text = '';

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Reads the value at the scanner's place; null where it is not a string. */
  read(json: JsonScanner): string | null {
    if (json.peek() !== 0x22) {
      json.skipValue();
      return null;
    }
    if (this.#stretch.stepOver(json)) return this.#text;
    this.#stretch.forget();
    const start = json.at;
    json.readString();
    this.#text = json.text(this.#maxBytes);
    this.#stretch.remember(json, start, json.at);
    return this.#text;
  }
}
