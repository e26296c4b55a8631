import builtInPrices from './price-table.json' with { type: 'json' };

/** USD per million tokens, as exact decimal text (`"0.25"`), one for each bucket. */
export interface RateSet {
  readonly input: string;
  readonly output: string;
  readonly cacheWrite5m: string;
  readonly cacheWrite1h: string;
  readonly cacheRead: string;
}

/** The card for prompts above a size. It replaces every rate of the request, the output's too. */
export interface LongPromptRates {
  /** Strictly more prompt tokens than this take the card. */
  readonly promptTokensOver: number;
  readonly rates: RateSet;
}

/** The rates in force from `from` to before `to`, both at midnight UTC; null leaves that side open. */
export interface PricePeriod {
  readonly from: string | null;
  readonly to: string | null;
  readonly fromMs: number;
  readonly toMs: number;
  readonly rates: RateSet;
  readonly longPrompt: LongPromptRates | null;
}

/** One model's prices. A multiplier of null means the model knows no such surcharge and the condition is ignored. */
export interface ModelPrices {
  /** The id in the form `normaliseModelId` gives. */
  readonly id: string;
  /** Further ids with the same prices. */
  readonly aliases: readonly string[];
  readonly releasedOn: string | null;
  /** In order of time, without overlap. */
  readonly periods: readonly PricePeriod[];
  readonly fastMultiplier: string | null;
  readonly usGeoMultiplier: string | null;
  readonly regionalMultiplier: string | null;
  /** False for a card nobody has confirmed: it is listed but never used. */
  readonly isVerified: boolean;
  readonly note: string | null;
  /** Where the numbers come from: addresses or descriptions. */
  readonly sources: readonly string[];
  readonly origin: 'built_in' | 'override';
}

/** What the user knows about cloud endpoints and no model id says. Both are off unless an override file sets them. */
export interface RegionalSwitches {
  /** Bedrock requests whose id has no profile prefix (`anthropic.claude-…`) went to a regional endpoint. */
  readonly bedrockBareIds: boolean;
  /** Vertex requests went to a regional or multi-region endpoint. */
  readonly vertex: boolean;
}

/** All prices: the data `createPricer` works from. */
export interface PriceTable {
  /** Date of the newest fact in the built-in data. */
  readonly asOf: string;
  readonly models: readonly ModelPrices[];
  /** USD for one web search; no multiplier applies. */
  readonly webSearchUsd: string;
  readonly batchMultiplier: string;
  readonly regional: RegionalSwitches;
}

interface RateSetJson {
  readonly input: string;
  readonly output: string;
  readonly cache_write_5m: string;
  readonly cache_write_1h: string;
  readonly cache_read: string;
}

/** One period as the JSON data spells it. */
export interface PricePeriodJson {
  readonly from: string | null;
  readonly to: string | null;
  readonly rates: RateSetJson;
  readonly long_prompt?: { readonly prompt_tokens_over: number; readonly rates: RateSetJson };
}

/** The prices that come with this version; always the same object. */
export const builtInPriceTable: PriceTable = {
  asOf: builtInPrices.as_of,
  models: builtInPrices.models.map((row): ModelPrices => ({
    id: row.id,
    aliases: row.ids,
    releasedOn: row.released,
    periods: row.periods.map(decodePeriod),
    fastMultiplier: row.fast_multiplier,
    usGeoMultiplier: row.us_geo_multiplier,
    regionalMultiplier: row.cloud_regional_multiplier,
    isVerified: row.confidence !== 'unverified',
    note: row.note,
    sources: row.sources.map((key) => sourceText(key)),
    origin: 'built_in',
  })),
  webSearchUsd: builtInPrices.web_search_per_request,
  batchMultiplier: builtInPrices.batch_multiplier,
  regional: { bedrockBareIds: false, vertex: false },
};

/** Turns one period of the JSON data into the form the program uses; dates are taken as midnight UTC. */
export function decodePeriod(period: PricePeriodJson): PricePeriod {
  return {
    from: period.from,
    to: period.to,
    fromMs: period.from === null ? -Infinity : Date.parse(`${period.from}T00:00:00Z`),
    toMs: period.to === null ? Infinity : Date.parse(`${period.to}T00:00:00Z`),
    rates: decodeRates(period.rates),
    longPrompt:
      period.long_prompt === undefined
        ? null
        : {
            promptTokensOver: period.long_prompt.prompt_tokens_over,
            rates: decodeRates(period.long_prompt.rates),
          },
  };
}

function decodeRates(rates: RateSetJson): RateSet {
  return {
    input: rates.input,
    output: rates.output,
    cacheWrite5m: rates.cache_write_5m,
    cacheWrite1h: rates.cache_write_1h,
    cacheRead: rates.cache_read,
  };
}

function sourceText(key: string): string {
  const sources: Readonly<Record<string, string>> = builtInPrices.sources;
  return sources[key] ?? key;
}
