import { ByteRun } from './byte-run.ts';
import type { JsonScanner } from './json-scanner.ts';

/** Reads one value, at the scanner's place, into the target; must leave the scanner behind the value. */
export type FieldReader<T> = (json: JsonScanner, target: T) => void;

const SLOTS = 1024;
/** Keys that are remembered, the used ones and others, so that stepping over them is quick too. */
const MAX_KEYS = 256;
const MAX_KEY_BYTES = 64;
/** Stands for a key that is not used and could not be remembered. */
const UNKNOWN = MAX_KEYS;
/** Stands for the beginning of the object, where a key before is asked for. */
const START = MAX_KEYS + 1;
const NONE = -1;
const COMMA_AND_QUOTE = [0x2c, 0x22];
const QUOTE_AND_COLON = [0x22, 0x3a];
const encoder = new TextEncoder();

/**
 * The keys of an object that are used, each with what reads its value. Keys are told apart by their bytes and never
 * become strings; and as objects of one kind have their keys in few orders, the two keys that followed lately are tried
 * first.
 */
export class Fields<T> {
  /** Reads the value of the key with this number; undefined for a key that is not used. */
  readonly readers: (FieldReader<T> | undefined)[];
  readonly #keys: Uint8Array[] = [];
  /** Keys as they stand in compact JSON, first in the object: `"name":`, and behind another: `,"name":`. */
  readonly #firsts: ByteRun[] = [];
  readonly #nexts: ByteRun[] = [];
  readonly #texts = new Map<string, number>();
  readonly #slots = new Int16Array(SLOTS).fill(NONE);
  readonly #sameSlot: number[] = [];
  /** Which key came after each key last time, and which other one before that. */
  readonly #followers = new Int16Array(START + 1).fill(NONE);
  readonly #others = new Int16Array(START + 1).fill(NONE);

  constructor(fields: Readonly<Record<string, FieldReader<T>>>) {
    const names = Object.keys(fields);
    this.readers = names.map((name) => fields[name]);
    for (const name of names) this.#register(encoder.encode(name), name);
  }

  /**
   * Steps over the next key of the object that was entered last and returns its number, or -1 at the object's end.
   * `previous` is the number of the key before it, or -1.
   */
  next(json: JsonScanner, previous: number): number {
    let from = START;
    let runs = this.#firsts;
    if (previous < 0) {
      if (!json.hasNext()) return NONE;
    } else {
      from = previous;
      runs = this.#nexts;
    }
    const guess = this.#followers[from]!;
    if (guess >= 0 && runs[guess]!.stepOver(json)) return guess;
    const other = this.#others[from]!;
    if (other >= 0 && runs[other]!.stepOver(json)) {
      this.#follow(from, other);
      return other;
    }
    if (previous >= 0 && !json.hasNext()) return NONE;
    json.readKey();
    const index = json.escaped
      ? (this.#texts.get(json.text(MAX_KEY_BYTES)) ?? UNKNOWN)
      : this.#find(json);
    if (index !== UNKNOWN) this.#follow(from, index);
    return index;
  }

  #follow(from: number, index: number): void {
    this.#others[from] = this.#followers[from]!;
    this.#followers[from] = index;
  }

  /** Number of the key that the scanner read last; a new one is remembered. */
  #find(json: JsonScanner): number {
    const { bytes, start, stop } = json;
    const length = stop - start;
    if (length === 0) return UNKNOWN;
    let index = this.#slots[slotOf(bytes, start, stop)]!;
    for (; index >= 0; index = this.#sameSlot[index]!) {
      const key = this.#keys[index]!;
      let offset = key.length === length ? 0 : length + 1;
      while (offset < length && key[offset] === bytes[start + offset]) offset += 1;
      if (offset === length) return index;
    }
    if (this.readers.length === MAX_KEYS || length > MAX_KEY_BYTES) return UNKNOWN;
    this.readers.push(undefined);
    return this.#register(Uint8Array.prototype.slice.call(bytes, start, stop), json.text());
  }

  #register(key: Uint8Array, name: string): number {
    const index = this.#keys.length;
    const slot = slotOf(key, 0, key.length);
    const quoted = new Uint8Array(key.length + 4);
    quoted.set(COMMA_AND_QUOTE);
    quoted.set(key, 2);
    quoted.set(QUOTE_AND_COLON, key.length + 2);
    this.#keys.push(key);
    this.#nexts.push(new ByteRun(quoted));
    this.#firsts.push(new ByteRun(quoted.subarray(1)));
    this.#texts.set(name, index);
    this.#sameSlot[index] = this.#slots[slot]!;
    this.#slots[slot] = index;
    return index;
  }
}

/** Reads the object at the scanner's place; false, with the value skipped, where there is none. */
export const readObject = <T>(json: JsonScanner, fields: Fields<T>, target: T): boolean => {
  if (!json.enterObject()) return false;
  let key = -1;
  while ((key = fields.next(json, key)) >= 0) {
    const reader = fields.readers[key];
    if (reader === undefined) json.skipValue();
    else reader(json, target);
  }
  return true;
};

const slotOf = (bytes: Uint8Array, start: number, stop: number): number =>
  ((stop - start) * 37 +
    bytes[start]! * 5 +
    bytes[stop - 1]! * 11 +
    bytes[(start + stop) >> 1]! * 3) &
  (SLOTS - 1);
