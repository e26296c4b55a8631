import { addressOf, escapesSeen, isSame, plainEnd, plainEndIn } from './string-end.ts';

/** Deepest nesting that is read; real lines stay below 20. */
export const MAX_DEPTH = 256;

/** The line is not JSON as RFC 8259 has it. */
export const INVALID_JSON = new Error('invalid JSON');
/** The line nests deeper than {@link MAX_DEPTH}. */
export const TOO_DEEP = new Error('nested too deep');

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** Value of a hexadecimal digit; negative where the byte is none. */
const HEX = new Int8Array(256).fill(-1);
for (const char of '0123456789abcdefABCDEF') HEX[char.charCodeAt(0)] = Number.parseInt(char, 16);
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Where the contents of a string stand, and whether they hold escapes. */
export interface StringPlace {
  readonly start: number;
  readonly stop: number;
  readonly escaped: boolean;
}

const NO_BYTES = Buffer.alloc(1);
/** How many texts all scanners opened. */
let openings = 0;

/**
 * Walks over JSON text in a buffer without making objects of it: the caller asks for the keys it knows and skips the
 * rest. It accepts exactly what `JSON.parse` accepts, up to a nesting of {@link MAX_DEPTH}.
 *
 * The text must be followed by a byte below 0x20 (a line's newline), which ends every loop; so no loop looks at a limit.
 * Throws {@link INVALID_JSON} or {@link TOO_DEEP}.
 */
export class JsonScanner {
  bytes: Buffer = NO_BYTES;
  /** The same bytes, to read several of them at once. */
  view: DataView = new DataView(NO_BYTES.buffer);
  /** Number of the opened text, which no other has: a place noted in one is good for nothing in another. */
  opening = 0;
  at = 0;
  /** Where the contents of the string read last begin and end, and what is known of them. */
  start = 0;
  stop = 0;
  escaped = false;
  /** UTF-8 bytes of that string once its escapes are resolved. */
  textBytes = 0;
  #address = -1;
  #fresh = false;
  readonly #containers = new Uint8Array(MAX_DEPTH + 1);

  /** Makes `bytes` the text to walk over. */
  open(bytes: Buffer): void {
    this.opening = ++openings;
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#address = addressOf(bytes);
  }

  /** Whether the `length` bytes at `before`, 16 at least, stand at the scanner's place again; may miss that they do. */
  repeats(before: number, length: number): boolean {
    const address = this.#address;
    const { at } = this;
    return (
      address >= 0 &&
      at + length <= this.bytes.length &&
      isSame(address + before, address + at, length) === 1
    );
  }

  /** Moves to the next byte that is no white space and returns it. A newline ends the line, so it is none. */
  peek(): number {
    const bytes = this.bytes;
    let at = this.at;
    let byte = bytes[at]!;
    while (byte === 0x20 || byte === 0x09 || byte === 0x0d) byte = bytes[++at]!;
    this.at = at;
    return byte;
  }

  /** Reads a string whose opening quote is at `at`: sets start, stop, escaped and textBytes. */
  readString(): void {
    const bytes = this.bytes;
    const address = this.#address;
    const start = this.at + 1;
    let at = start;
    let shorter = 0;
    let headEnd = -1;
    for (;;) {
      at = address < 0 ? plainEndIn(bytes, at) : plainEnd(address + at) - address;
      shorter += escapesSeen[0]!;
      if (bytes[at] === QUOTE) break;
      if (bytes[at] !== BACKSLASH || bytes[at + 1] !== 0x75) throw INVALID_JSON;
      const unit = this.#unicodeUnit(at + 2);
      at += 6;
      // The second half of a pair adds one byte to the three that its first half was counted with.
      const isPair = unit >= 0xdc00 && unit <= 0xdfff && headEnd === at - 6;
      shorter += unit < 0x80 || isPair ? 5 : unit < 0x800 ? 4 : 3;
      headEnd = unit >= 0xd800 && unit <= 0xdbff ? at : -1;
    }
    this.start = start;
    this.stop = at;
    this.at = at + 1;
    this.escaped = shorter !== 0;
    this.textBytes = at - start - shorter;
  }

  /** The number that four hexadecimal digits at `at` stand for. */
  #unicodeUnit(at: number): number {
    const bytes = this.bytes;
    let unit = 0;
    for (let index = at; index < at + 4; index++) {
      const digit = HEX[bytes[index]!] ?? -1;
      if (digit < 0) throw INVALID_JSON;
      unit = (unit << 4) | digit;
    }
    return unit;
  }

  /** Text of the string read last, at most `maxBytes` of it. */
  text(maxBytes = 4096): string {
    return this.textOf(this, maxBytes);
  }

  /** Text of a string read earlier from the same line, at most `maxBytes` of it. */
  textOf({ start, stop, escaped }: StringPlace, maxBytes = 4096): string {
    const limit = Math.min(stop, start + maxBytes);
    if (!escaped) return this.bytes.toString('utf8', start, limit);
    let end = start;
    while (end < limit) {
      const isEscape = this.bytes[end] === BACKSLASH;
      const length = !isEscape ? 1 : this.bytes[end + 1] === 0x75 ? 6 : 2;
      if (end + length > limit) break;
      end += length;
    }
    return String(JSON.parse(`"${this.bytes.toString('utf8', start, end)}"`)).toWellFormed();
  }

  /** Reads the value at `at` as a string and returns its text, or null where it is not a string. */
  stringOrNull(maxBytes?: number): string | null {
    if (this.peek() !== QUOTE) {
      this.skipValue();
      return null;
    }
    this.readString();
    return this.text(maxBytes);
  }

  /** Reads the value at `at`: a number as such, anything else as null. */
  numberOrNull(): number | null {
    const first = this.peek();
    if (first !== 0x2d && (first < 0x30 || first > 0x39)) {
      this.skipValue();
      return null;
    }
    return this.#number();
  }

  /** Reads the value at `at`: true and false as such, anything else as null. */
  booleanOrNull(): boolean | null {
    const first = this.peek();
    this.skipValue();
    if (first === 0x74) return true;
    return first === 0x66 ? false : null;
  }

  /** Steps into the object at `at`; false, with the value skipped, where it is none. */
  enterObject(): boolean {
    if (this.peek() !== OPEN_BRACE) {
      this.skipValue();
      return false;
    }
    this.at += 1;
    this.#fresh = true;
    return true;
  }

  /** True while the object entered last has another key, which then stands at `at`. */
  hasNext(): boolean {
    const byte = this.peek();
    if (this.#fresh) {
      this.#fresh = false;
      if (byte !== CLOSE_BRACE) return true;
      this.at += 1;
      return false;
    }
    this.at += 1;
    if (byte === CLOSE_BRACE) return false;
    if (byte !== COMMA) throw INVALID_JSON;
    this.peek();
    return true;
  }

  /** Reads a key as a string and steps over its colon; the value begins at `at`. */
  readKey(): void {
    if (this.peek() !== QUOTE) throw INVALID_JSON;
    this.readString();
    if (this.peek() !== COLON) throw INVALID_JSON;
    this.at += 1;
  }

  /** Steps into the array at `at`; false, with the value skipped, where it is none. */
  enterArray(): boolean {
    if (this.peek() !== OPEN_BRACKET) {
      this.skipValue();
      return false;
    }
    this.at += 1;
    this.#fresh = true;
    return true;
  }

  /** True while the array entered last has another element, which then begins at `at`. */
  nextElement(): boolean {
    const byte = this.peek();
    if (this.#fresh) {
      this.#fresh = false;
      if (byte !== CLOSE_BRACKET) return true;
      this.at += 1;
      return false;
    }
    this.at += 1;
    if (byte === CLOSE_BRACKET) return false;
    if (byte !== COMMA) throw INVALID_JSON;
    return true;
  }

  /** Moves behind the value at `at`, checking it. */
  skipValue(): void {
    const containers = this.#containers;
    let depth = 0;
    for (;;) {
      const byte = this.peek();
      if (byte === QUOTE) this.readString();
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        this.at += 1;
        const closing = byte === OPEN_BRACE ? CLOSE_BRACE : CLOSE_BRACKET;
        if (this.peek() === closing) this.at += 1;
        else {
          if (depth === MAX_DEPTH) throw TOO_DEEP;
          containers[depth++] = closing;
          if (byte === OPEN_BRACE) this.readKey();
          continue;
        }
      } else this.#scalar(byte);
      for (;;) {
        if (depth === 0) return;
        const closing = containers[depth - 1]!;
        const next = this.peek();
        this.at += 1;
        if (next === closing) depth -= 1;
        else if (next !== COMMA) throw INVALID_JSON;
        else {
          if (closing === CLOSE_BRACE) this.readKey();
          break;
        }
      }
    }
  }

  #scalar(first: number): void {
    if (first === 0x2d || (first >= 0x30 && first <= 0x39)) {
      this.#number();
      return;
    }
    const word = first === 0x74 ? 'true' : first === 0x66 ? 'false' : first === 0x6e ? 'null' : '';
    if (word === '') throw INVALID_JSON;
    for (let index = 1; index < word.length; index++) {
      if (this.bytes[this.at + index] !== word.charCodeAt(index)) throw INVALID_JSON;
    }
    this.at += word.length;
  }

  #number(): number {
    const bytes = this.bytes;
    const start = this.at;
    let at = start;
    let value = 0;
    let byte = bytes[at]!;
    while (byte >= 0x30 && byte <= 0x39) {
      value = value * 10 + (byte - 0x30);
      byte = bytes[++at]!;
    }
    const digits = at - start;
    const isPlain = digits > 0 && digits < 16 && byte !== 0x2e && (byte | 0x20) !== 0x65;
    if (isPlain && (digits === 1 || bytes[start] !== 0x30)) {
      this.at = at;
      return value;
    }
    while (
      byte === 0x2d ||
      byte === 0x2b ||
      byte === 0x2e ||
      (byte | 0x20) === 0x65 ||
      (byte >= 0x30 && byte <= 0x39)
    ) {
      byte = bytes[++at]!;
    }
    const text = bytes.toString('latin1', start, at);
    if (!NUMBER.test(text)) throw INVALID_JSON;
    this.at = at;
    return Number(text);
  }
}
