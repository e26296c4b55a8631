import type { CorpusUsage } from './corpus-tally.ts';

/** 10⁻⁹ USD per token. Written down by hand from the public list prices, so that it can disagree with our own table. */
interface Prices {
  readonly input: number;
  readonly output: number;
  readonly write5m: number;
  readonly write1h: number;
  readonly read: number;
}

const SEARCH = 10_000_000;
const OCTOBER_7 = Date.UTC(2026, 9, 7);
const LONG_SONNET_PROMPT = 200_000;
const LONG_HAIKU_PROMPT = 100_000;

const PRICES: Readonly<Record<string, (atMs: number, prompt: number) => Prices>> = {
  'claude-opus-4-6': () => ({
    input: 5000,
    output: 25_000,
    write5m: 6250,
    write1h: 10_000,
    read: 500,
  }),
  // A long prompt makes every token of its request dearer.
  'claude-sonnet-4-5-20250929': (_atMs, prompt) =>
    prompt > LONG_SONNET_PROMPT
      ? { input: 6000, output: 22_500, write5m: 7500, write1h: 12_000, read: 600 }
      : { input: 3000, output: 15_000, write5m: 3750, write1h: 6000, read: 300 },
  'claude-haiku-4-5-20251001': () => ({
    input: 1000,
    output: 5000,
    write5m: 1250,
    write1h: 2000,
    read: 100,
  }),
  'claude-opus-5-5': () => ({
    input: 4000,
    output: 20_000,
    write5m: 5000,
    write1h: 8000,
    read: 200,
  }),
  // Reading from the cache got cheaper some days after the model came out.
  'claude-sonnet-5-5': (atMs) => ({
    input: 2000,
    output: 10_000,
    write5m: 2500,
    write1h: 4000,
    read: atMs < OCTOBER_7 ? 200 : 100,
  }),
  'claude-haiku-5-5': (_atMs, prompt) =>
    prompt > LONG_HAIKU_PROMPT
      ? { input: 500, output: 2500, write5m: 625, write1h: 1000, read: 50 }
      : { input: 100, output: 500, write5m: 125, write1h: 200, read: 10 },
};

/** Models that a corpus has requests to. */
export const CORPUS_MODELS = Object.keys(PRICES);

/** What a request costs at its list price, in 10⁻⁹ USD. */
export function listPrice(
  model: string,
  atMs: number,
  usage: Omit<CorpusUsage, 'requests'>,
): number {
  const read = usage.cache_read_input_tokens;
  const write5m = usage.cache_creation_5m_input_tokens;
  const write1h = usage.cache_creation_1h_input_tokens;
  const prices = PRICES[model]?.(atMs, usage.input_tokens + read + write5m + write1h);
  if (prices === undefined) throw new Error(`No price was written down for ${model}.`);
  return (
    usage.input_tokens * prices.input +
    usage.output_tokens * prices.output +
    write5m * prices.write5m +
    write1h * prices.write1h +
    read * prices.read +
    usage.web_search_requests * SEARCH
  );
}
