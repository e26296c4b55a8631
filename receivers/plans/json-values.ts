/** Where a value stands in its file; one of a list that is a single value has the list's place and a name. */
export interface Place {
  readonly name?: string;
  readonly line: number;
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

/** A value, or what is none. */
export interface FoundValue {
  readonly place: Place;
  /** Undefined where it is no JSON. */
  readonly value: unknown;
}

/** How far a value may go on over several lines. */
const MAX_LINES = 200;
const MAX_SPAN = 64 * 1024;
const MAX_DEPTH = 1000;

const NEWLINE = 0x0a;
const COMMA = 0x2c;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

const isBlank = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === NEWLINE;

/** What bytes say as JSON; undefined where they are none. */
const parseJson = (bytes: Buffer, at: number, end: number): unknown => {
  if (end - at > MAX_SPAN && isDeep(bytes, at, end)) return undefined;
  try {
    return JSON.parse(bytes.toString('utf8', at, end)) as unknown;
  } catch {
    return undefined;
  }
};

/** Whether a long value is nested so deeply that reading it would take all the memory there is. */
const isDeep = (bytes: Buffer, at: number, end: number): boolean => {
  let depth = 0;
  let isText = false;
  for (let place = at; place < end; place++) {
    const byte = bytes[place];
    if (byte === QUOTE) isText = !isText;
    else if (isText) place += byte === BACKSLASH ? 1 : 0;
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth += 1;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) depth -= 1;
    if (depth > MAX_DEPTH) return true;
  }
  return false;
};

/** Bytes before the text itself. */
const bomLength = (bytes: Buffer): number =>
  bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;

/** The one value that all the bytes are; undefined where they are none. */
export const wholeValue = (bytes: Buffer): unknown =>
  parseJson(bytes, bomLength(bytes), bytes.length);

/**
 * The values of a file with one on each line, in order. A value may also go on over several lines, several may stand on
 * one, and the whole file may be one value. Takes time that grows with the length, whatever the bytes are.
 */
export function* jsonValues(bytes: Buffer): Generator<FoundValue> {
  let line = 1;
  let at = bomLength(bytes);
  let lineEnd = -1;
  let isFirst = true;
  while (true) {
    while (at < bytes.length && (isBlank(bytes[at]) || (at < lineEnd && bytes[at] === COMMA)))
      if (bytes[at++] === NEWLINE) line += 1;
    if (at >= bytes.length) return;
    const isMidLine = at < lineEnd;
    if (!isMidLine) lineEnd = endOfLine(bytes, at);
    let end = lineEnd;
    let value = isMidLine ? undefined : lineValue(bytes, at, lineEnd);
    if (value === undefined && isFirst && lineEnd < bytes.length) {
      value = wholeValue(bytes);
      if (value !== undefined) end = bytes.length;
    }
    isFirst = false;
    if (value === undefined) {
      end = endOfValue(bytes, at) ?? lineEnd;
      if (end !== lineEnd || isMidLine) value = parseJson(bytes, at, end);
      // What is broken inside is broken to the end of its line.
      if (value === undefined) end = Math.max(end, lineEnd);
    }
    yield { value, place: { line, offsetBytes: at, lengthBytes: end - at } };
    for (; at < end; at++) if (bytes[at] === NEWLINE) line += 1;
    if (at > lineEnd) lineEnd = endOfLine(bytes, at);
  }
}

const endOfLine = (bytes: Buffer, at: number): number => {
  const found = bytes.indexOf(NEWLINE, at);
  return found === -1 ? bytes.length : found;
};

/** The value that a line is; a comma after it is taken for that of a list. */
const lineValue = (bytes: Buffer, at: number, lineEnd: number): unknown => {
  let end = lineEnd;
  while (end > at && isBlank(bytes[end - 1])) end -= 1;
  const value = parseJson(bytes, at, end);
  return value === undefined && bytes[end - 1] === COMMA ? parseJson(bytes, at, end - 1) : value;
};

/** Where the object or list that begins here ends; undefined where it does not, soon enough. */
const endOfValue = (bytes: Buffer, at: number): number | undefined => {
  if (bytes[at] !== OPEN_OBJECT && bytes[at] !== OPEN_LIST) return undefined;
  const limit = Math.min(bytes.length, at + MAX_SPAN);
  let depth = 0;
  let lines = 1;
  let isText = false;
  for (let place = at; place < limit; place++) {
    const byte = bytes[place];
    if (byte === NEWLINE) {
      lines += 1;
      if (isText || lines > MAX_LINES || beginsAnew(bytes, place + 1)) return undefined;
    } else if (byte === QUOTE) isText = !isText;
    else if (isText) place += byte === BACKSLASH ? 1 : 0;
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth += 1;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
      depth -= 1;
      if (depth === 0) return place + 1;
    }
  }
  return undefined;
};

/** Whether the value of another line begins here: one that is not indented, or is whole. */
const beginsAnew = (bytes: Buffer, at: number): boolean => {
  if (bytes[at] === OPEN_OBJECT) return true;
  let start = at;
  while (bytes[start] === 0x20 || bytes[start] === 0x09) start += 1;
  if (bytes[start] !== OPEN_OBJECT) return false;
  const end = endOfLine(bytes, start);
  return end - start <= MAX_SPAN && parseJson(bytes, start, end) !== undefined;
};
