import type { JsonScanner } from './json-scanner.ts';

/** Reads one value, at the scanner's place, into the target; must leave the scanner behind the value. */
export type FieldReader<T> = (json: JsonScanner, target: T) => void;

const SLOTS = 1024;
const encoder = new TextEncoder();

/**
 * The keys of an object that are used, each with what reads its value; found by bytes, so that no key becomes a string.
 * A key is looked up by its length and three of its bytes and then compared whole.
 */
export class Fields<T> {
  readonly readers: readonly (FieldReader<T> | undefined)[];
  readonly #slots = new Int16Array(SLOTS).fill(-1);
  readonly #names: readonly Uint8Array[];
  readonly #byText: ReadonlyMap<string, number>;
  readonly #next: Int16Array;

  constructor(fields: Readonly<Record<string, FieldReader<T>>>) {
    const names = Object.keys(fields);
    this.readers = names.map((name) => fields[name]);
    this.#names = names.map((name) => encoder.encode(name));
    this.#byText = new Map(names.map((name, index) => [name, index]));
    this.#next = new Int16Array(names.length).fill(-1);
    this.#names.forEach((bytes, index) => {
      const slot = slotOf(bytes, 0, bytes.length);
      this.#next[index] = this.#slots[slot]!;
      this.#slots[slot] = index;
    });
  }

  /** Index of the key whose bytes stand at [start, stop), or -1. */
  find(bytes: Uint8Array, start: number, stop: number): number {
    if (start === stop) return -1;
    let index = this.#slots[slotOf(bytes, start, stop)]!;
    while (index >= 0 && !isSame(this.#names[index]!, bytes, start, stop)) index = this.#next[index]!;
    return index;
  }

  /** Index of the key with this text, or -1. */
  findText(text: string): number {
    return this.#byText.get(text) ?? -1;
  }
}

/** Reads the object at the scanner's place; false, with the value skipped, where there is none. */
export const readObject = <T>(json: JsonScanner, fields: Fields<T>, target: T): boolean => {
  if (!json.enterObject()) return false;
  while (json.nextKey()) {
    const index = json.escaped
      ? fields.findText(json.keyText())
      : fields.find(json.bytes, json.start, json.stop);
    json.afterKey();
    const reader = index < 0 ? undefined : fields.readers[index];
    if (reader === undefined) json.skipValue();
    else reader(json, target);
  }
  return true;
};

const slotOf = (bytes: Uint8Array, start: number, stop: number): number =>
  ((stop - start) * 37 + bytes[start]! * 5 + bytes[stop - 1]! * 11 + bytes[(start + stop) >> 1]! * 3) & (SLOTS - 1);

const isSame = (known: Uint8Array, bytes: Uint8Array, start: number, stop: number): boolean => {
  if (known.length !== stop - start) return false;
  for (let index = 0; index < known.length; index++) if (known[index] !== bytes[start + index]) return false;
  return true;
};
