import { createHash } from 'node:crypto';

/** Numbers, names and text that are the same for the same seed. */
export interface Random {
  /** A whole number from `low` to `high`, both included. */
  readonly between: (low: number, high: number) => number;
  /** True in this share of all cases. */
  readonly chance: (share: number) => boolean;
  readonly pick: <T>(list: readonly T[]) => T;
  /** A whole number around `median` whose long tail ends at `most`. */
  readonly skewed: (median: number, most: number) => number;
  readonly hex: (length: number) => string;
  readonly uuid: () => string;
  /** An id such as the API gives out: `msg_01…`, `toolu_01…`. */
  readonly apiId: (prefix: string) => string;
  /** Text with everything in it that JSON has to escape; `length` counts UTF-16 units. */
  readonly prose: (length: number) => string;
}

const PLAIN =
  `the test returns value of build failed and then passed import export const await => { } (); "quoted" it's
  naïve Größe данные 日本語 🙂 </tag> // \\d+ C:\\dir\\file`.split(/\s+/);
const WORDS = [...PLAIN, '\n', '\n  ', '\t', '\u001b[32m✓\u001b[0m', '\u2028'];
const PROSE_UNITS = 300_000;

/** Makes a stream of random choices from a seed. */
export function createRandom(seed: number): Random {
  const next = fractions(seed);
  const between = (low: number, high: number): number =>
    low + Math.floor(next() * (high - low + 1));
  const pick = <T>(list: readonly T[]): T => list[between(0, list.length - 1)]!;
  let serial = 0;
  const digest = (encoding: 'hex' | 'base64url'): string =>
    createHash('sha256')
      .update(`${seed}/${(serial += 1)}`)
      .digest(encoding);
  let words = '';
  while (words.length < PROSE_UNITS) words += `${pick(WORDS)} `;
  return {
    between,
    chance: (share) => next() < share,
    pick,
    skewed: (median, most) => {
      const normal = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
      return Math.min(most, Math.round(median * Math.exp(normal)));
    },
    hex: (length) => digest('hex').slice(0, length),
    uuid: () => {
      const hex = digest('hex');
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(12, 15)}-8${hex.slice(15, 18)}-${hex.slice(18, 30)}`;
    },
    apiId: (prefix) => `${prefix}_01${digest('base64url').replaceAll(/[-_]/g, 'Z').slice(0, 22)}`,
    prose: (length) => {
      const start = between(0, PROSE_UNITS - 1);
      let text = words.slice(start, start + length);
      while (text.length < length) text += words.slice(0, length - text.length);
      return text.toWellFormed();
    },
  };
}

/** Marsaglia's xorshift with 128 bits of state, as fractions from 0 to 1. */
function fractions(seed: number): () => number {
  const state = new Uint32Array([seed, 0x9e3779b9, 0x243f6a88, 0xb7e15162]);
  const next = (): number => {
    const [x, y, z, w] = state as unknown as [number, number, number, number];
    const mixed = x ^ (x << 11);
    state.set([y, z, w, w ^ (w >>> 19) ^ mixed ^ (mixed >>> 8)]);
    return state[3]! / 2 ** 32;
  };
  for (let round = 0; round < 32; round++) next();
  return next;
}
