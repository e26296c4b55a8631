import type { JsonScanner } from './json-scanner.ts';

/** Reads one value, at the scanner's place, into the target; must leave the scanner behind the value. */
export type FieldReader<T> = (json: JsonScanner, target: T) => void;

const SLOTS = 1024;
/** Keys that are remembered besides the used ones, so that stepping over them is quick too. */
const MAX_UNUSED = 200;
const MAX_KEY_BYTES = 64;
const COLON = 0x3a;
const encoder = new TextEncoder();

/**
 * The keys of an object that are used, each with what reads its value. Keys are told apart by their bytes and never
 * become strings; and as objects of one kind have their keys in one order, the key that followed last time is tried
 * first.
 */
export class Fields<T> {
  /** Reads the value of the key with this number; undefined for a key that is not used. */
  readonly readers: (FieldReader<T> | undefined)[];
  /** Keys as they stand in compact JSON: `"name":`. */
  readonly #keys: Uint8Array[];
  readonly #texts = new Map<string, number>();
  readonly #slots = new Int16Array(SLOTS).fill(-1);
  readonly #sameSlot: number[] = [];
  /** Which key came after each key last time; the last entry is the first key of the object. */
  readonly #followers: number[] = [];
  readonly #start: number;

  constructor(fields: Readonly<Record<string, FieldReader<T>>>) {
    const names = Object.keys(fields);
    this.readers = names.map((name) => fields[name]);
    this.#keys = names.map((name) => encoder.encode(`"${name}":`));
    this.#start = names.length + MAX_UNUSED;
    names.forEach((name, index) => this.#register(index, name));
  }

  /**
   * Steps over the next key of the object that was entered last and returns its number, or -1 at the object's end.
   * `previous` is the number of the key before it, or -1.
   */
  next(json: JsonScanner, previous: number): number {
    if (!json.hasNext()) return -1;
    const from = previous < 0 ? this.#start : previous;
    const guess = this.#followers[from];
    if (guess !== undefined && this.#stands(guess, json)) return guess;
    json.readKey();
    const index = json.escaped ? (this.#texts.get(json.text(MAX_KEY_BYTES)) ?? UNKNOWN) : this.#find(json);
    if (index !== UNKNOWN) this.#followers[from] = index;
    return index;
  }

  #stands(index: number, json: JsonScanner): boolean {
    const key = this.#keys[index]!;
    const { bytes, at } = json;
    for (let offset = key.length - 1; offset >= 0; offset--) if (key[offset] !== bytes[at + offset]) return false;
    json.at = at + key.length;
    return true;
  }

  #find({ bytes, start, stop }: JsonScanner): number {
    const length = stop - start;
    if (length === 0) return UNKNOWN;
    let index = this.#slots[slotOf(bytes, start, stop)]!;
    for (; index >= 0; index = this.#sameSlot[index]!) {
      const key = this.#keys[index]!;
      let offset = key.length - 3 === length ? 0 : length + 1;
      while (offset < length && key[offset + 1] === bytes[start + offset]) offset += 1;
      if (offset === length) return index;
    }
    if (this.#keys.length >= this.#start || length > MAX_KEY_BYTES) return UNKNOWN;
    const key = new Uint8Array(length + 3);
    key.set(bytes.subarray(start - 1, stop + 1));
    key[length + 2] = COLON;
    this.#keys.push(key);
    this.readers.push(undefined);
    this.#register(this.#keys.length - 1, bytes.toString('utf8', start, stop));
    return this.#keys.length - 1;
  }

  #register(index: number, name: string): void {
    const key = this.#keys[index]!;
    const slot = slotOf(key, 1, key.length - 2);
    this.#texts.set(name, index);
    this.#sameSlot[index] = this.#slots[slot]!;
    this.#slots[slot] = index;
  }
}

/** A key that is not used and could not be remembered. */
const UNKNOWN = 0x7fff;

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
  ((stop - start) * 37 + bytes[start]! * 5 + bytes[stop - 1]! * 11 + bytes[(start + stop) >> 1]! * 3) & (SLOTS - 1);
