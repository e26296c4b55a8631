import { ByteRun } from './byte-run.ts';
import type { JsonScanner } from './json-scanner.ts';

const SLOTS = 256;
/** Longer values are not remembered. */
const MAX_REMEMBERED_BYTES = 256;
/** Shorter values, with their quotes, are no {@link ByteRun}. */
const MIN_REMEMBERED_BYTES = 4;

/** Slots for what a field had last, by the first bytes of the value. */
const NEAR_SLOTS = 32;
const NEAR_BYTES = 8;

/**
 * The texts a field had lately. Session ids, folders, models and tool names repeat: comparing their bytes costs less than
 * making the string anew, and all records then share one string.
 */
export class RecentText {
  /** What was read last of the values that begin alike: it is tried before the value's end is looked for. */
  readonly #near: (Known | undefined)[] = Array.from({ length: NEAR_SLOTS }, () => undefined);
  readonly #known: (Known | undefined)[] = Array.from({ length: SLOTS }, () => undefined);
  /** Digest of the value that each slot saw last; it is remembered when it comes a second time. */
  readonly #digests = new Int32Array(SLOTS);
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
    const { view, at } = json;
    if (at + NEAR_BYTES > view.byteLength) {
      json.readString();
      return json.text(this.#maxBytes);
    }
    const near =
      Math.imul(
        view.getInt32(at, true) ^ Math.imul(view.getInt32(at + 4, true), 0x85ebca6b),
        0x9e3779b1,
      ) >>> 27;
    const last = this.#near[near];
    if (last !== undefined && last.run.stepOver(json)) return last.text;
    json.readString();
    const { escaped, at: end } = json;
    const length = end - at;
    if (escaped || length > MAX_REMEMBERED_BYTES || length < MIN_REMEMBERED_BYTES)
      return json.text(this.#maxBytes);
    const digest = digestOf(view, at, end);
    const slot = (digest ^ (digest >>> 15)) & (SLOTS - 1);
    if (this.#digests[slot] !== digest) {
      this.#digests[slot] = digest;
      this.#known[slot] = undefined;
      return json.text(this.#maxBytes);
    }
    const known = this.#lookUp(json, slot, at);
    this.#near[near] = known;
    return known.text;
  }

  #lookUp(json: JsonScanner, slot: number, start: number): Known {
    const { bytes, at: end } = json;
    const known = this.#known[slot];
    json.at = start;
    if (known !== undefined && known.run.stepOver(json)) return known;
    json.at = end;
    const fresh = { run: new ByteRun(bytes.subarray(start, end)), text: json.text(this.#maxBytes) };
    this.#known[slot] = fresh;
    return fresh;
  }
}

interface Known {
  /** The value with its quotes. */
  readonly run: ByteRun;
  readonly text: string;
}

const digestOf = (view: DataView, start: number, end: number): number => {
  let digest = view.getInt32(end - 4, true);
  for (let at = start; at + 4 < end; at += 4)
    digest = Math.imul(digest ^ view.getInt32(at, true), 0x9e3779b1) ^ (digest >>> 13);
  return Math.imul(digest ^ (digest >>> 16), 0x85ebca6b);
};
