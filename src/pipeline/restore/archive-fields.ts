/** A line of an archive does not say what it has to. */
export class BadLineError extends Error {}

/**
 * Fields of a line of an archive, each checked when it is asked for: the file may have been damaged, or written by a
 * stranger.
 */
export class ArchiveFields {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #name: string;

  constructor(values: unknown, name = 'line') {
    if (typeof values !== 'object' || values === null || Array.isArray(values))
      throw new BadLineError(`${name} is no object`);
    this.#values = values as Record<string, unknown>;
    this.#name = name;
  }

  /** Whether the field is there and not null. */
  has(field: string): boolean {
    return this.#value(field) !== null;
  }

  text(field: string): string {
    const value = this.#value(field);
    if (typeof value !== 'string') throw this.#bad(field, 'text');
    return value;
  }

  textOrNull(field: string): string | null {
    return this.has(field) ? this.text(field) : null;
  }

  /** A whole number. */
  whole(field: string): number {
    const value = this.#value(field);
    if (!Number.isSafeInteger(value)) throw this.#bad(field, 'a whole number');
    return value as number;
  }

  wholeOrNull(field: string): number | null {
    return this.has(field) ? this.whole(field) : null;
  }

  /** A whole number from 0 on. */
  count(field: string): number {
    const value = this.whole(field);
    if (value < 0) throw this.#bad(field, 'a count');
    return value;
  }

  /** A number that need not be whole. */
  number(field: string): number {
    const value = this.#value(field);
    if (typeof value !== 'number' || !Number.isFinite(value)) throw this.#bad(field, 'a number');
    return value;
  }

  numberOrNull(field: string): number | null {
    return this.has(field) ? this.number(field) : null;
  }

  /** A truth value as the store keeps it. */
  flag(field: string): number {
    const value = this.#value(field);
    if (typeof value !== 'boolean') throw this.#bad(field, 'true or false');
    return Number(value);
  }

  flagOrNull(field: string): number | null {
    return this.has(field) ? this.flag(field) : null;
  }

  /** Unix milliseconds of a moment that is given as ISO 8601. */
  moment(field: string): number {
    const atMs = Date.parse(this.text(field));
    if (Number.isNaN(atMs)) throw this.#bad(field, 'a moment');
    return atMs;
  }

  momentOrNull(field: string): number | null {
    return this.has(field) ? this.moment(field) : null;
  }

  /** One of the values of a closed list. */
  oneOf<T extends string>(field: string, values: readonly T[]): T {
    const value = this.text(field);
    const found = values.find((one) => one === value);
    if (found === undefined) throw this.#bad(field, `one of ${values.join(', ')}`);
    return found;
  }

  /** Text that is JSON of an object. */
  json(field: string): string {
    const text = this.text(field);
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value === 'object' && value !== null) return text;
    } catch {
      throw this.#bad(field, 'JSON');
    }
    throw this.#bad(field, 'JSON of an object');
  }

  jsonOrNull(field: string): string | null {
    return this.has(field) ? this.json(field) : null;
  }

  fields(field: string): ArchiveFields {
    return new ArchiveFields(this.#value(field), field);
  }

  list(field: string): readonly unknown[] {
    const value = this.#value(field);
    if (!Array.isArray(value)) throw this.#bad(field, 'a list');
    return value as readonly unknown[];
  }

  /** A list of objects. */
  rows(field: string): readonly ArchiveFields[] {
    return this.list(field).map((value) => new ArchiveFields(value, field));
  }

  /** A list of texts; empty where the field is not there. */
  texts(field: string): readonly string[] {
    if (!this.has(field)) return [];
    const values = this.list(field);
    if (!values.every((value) => typeof value === 'string')) throw this.#bad(field, 'texts');
    return values;
  }

  /** All fields as they are. */
  get raw(): Readonly<Record<string, unknown>> {
    return this.#values;
  }

  #value(field: string): unknown {
    return Object.hasOwn(this.#values, field) ? (this.#values[field] ?? null) : null;
  }

  #bad(field: string, wanted: string): BadLineError {
    return new BadLineError(`${field} of ${this.#name} is not ${wanted}`);
  }
}
