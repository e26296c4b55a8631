import type { JsonScanner } from './json-scanner.ts';

const MIN_BYTES = 16;

/**
 * Where a stretch of text was read last, so that it need not be read again where the next line repeats it byte for byte.
 * Nothing is copied: the place is good until another text is opened.
 */
export class Stretch {
  #at = -1;
  #length = 0;
  #opening = 0;

  /** Steps over the stretch where it stands again; may miss that it does. */
  stepOver(json: JsonScanner): boolean {
    if (this.#at < 0 || this.#opening !== json.opening || !json.repeats(this.#at, this.#length))
      return false;
    this.#at = json.at;
    json.at += this.#length;
    return true;
  }

  forget(): void {
    this.#at = -1;
  }

  /** Remembers the bytes [start, stop). */
  remember(json: JsonScanner, start: number, stop: number): void {
    this.#length = stop - start;
    this.#at = this.#length < MIN_BYTES ? -1 : start;
    this.#opening = json.opening;
  }
}
