import { formatDecimal, parseDecimal, toDecimal } from './decimal.ts';
import { productOf, type RateCard, type UnitRates } from './rate-card.ts';
import type { RateSet } from './table.ts';
import type { Slice } from './tier.ts';

/** One bucket's amount. All decimal text is exact. */
export interface PriceLine {
  readonly bucket:
    | 'input'
    | 'output'
    | 'cache_read'
    | 'cache_write_5m'
    | 'cache_write_1h'
    | 'web_search';
  readonly tier: 'base' | 'long_prompt';
  /** Tokens, or searches. */
  readonly quantity: number;
  /** List price before multipliers; null for web searches, which have a price each. */
  readonly usdPerMillion: string | null;
  /** All multipliers together; `1` for web searches. */
  readonly multiplier: string;
  readonly costUsd: string;
  /** The same in one line: `input 10 x $8/M x 2 = $0.00016`. */
  readonly text: string;
}

/** The lines of a part, one for each bucket that is not empty, tier by tier. */
export function explainLines(
  slices: readonly Slice[],
  card: RateCard,
  unitExponent: number,
): readonly PriceLine[] {
  const multiplier = formatDecimal(productOf(card.multipliers));
  return slices.flatMap(({ tokens, rates }) => {
    const list =
      rates.tier === 'base'
        ? card.period.rates
        : (card.period.longPrompt?.rates ?? card.period.rates);
    const toUsd = (quantity: number, unitRate: number) =>
      formatDecimal(toDecimal(BigInt(quantity) * BigInt(unitRate), unitExponent + 9));
    const tokenLine = (
      bucket: Exclude<PriceLine['bucket'], 'web_search'>,
      quantity: number,
    ): PriceLine => {
      const rate = RATE_OF[bucket];
      const usdPerMillion = formatDecimal(parseDecimal(list[rate]));
      const costUsd = toUsd(quantity, rates[rate]);
      const factor = multiplier === '1' ? '' : ` x ${multiplier}`;
      const text = `${bucket} ${quantity} x $${usdPerMillion}/M${factor} = $${costUsd}`;
      return { bucket, tier: rates.tier, quantity, usdPerMillion, multiplier, costUsd, text };
    };
    return [
      tokenLine('input', tokens.inputTokens),
      tokenLine('cache_write_5m', tokens.cacheCreation5mInputTokens),
      tokenLine('cache_write_1h', tokens.cacheCreation1hInputTokens),
      tokenLine('cache_read', tokens.cacheReadInputTokens),
      tokenLine('output', tokens.outputTokens),
      searchLine(tokens.webSearchRequests, rates, toUsd),
    ].filter((line) => line.quantity > 0);
  });
}

const RATE_OF = {
  input: 'input',
  output: 'output',
  cache_read: 'cacheRead',
  cache_write_5m: 'cacheWrite5m',
  cache_write_1h: 'cacheWrite1h',
} as const satisfies Record<string, keyof RateSet & keyof UnitRates>;

function searchLine(
  quantity: number,
  rates: UnitRates,
  toUsd: (quantity: number, unitRate: number) => string,
): PriceLine {
  const costUsd = toUsd(quantity, rates.webSearch);
  return {
    bucket: 'web_search',
    tier: rates.tier,
    quantity,
    usdPerMillion: null,
    multiplier: '1',
    costUsd,
    text: `web_search ${quantity} x $${toUsd(1, rates.webSearch)} = $${costUsd}`,
  };
}
