import { z } from 'zod';
import { normaliseModelId } from './model-id.ts';

const RATE = 'expected USD per million tokens with at most four decimals, such as "3" or "0.25"';
const FACTOR = 'expected a factor with at most two decimals, such as "1.1", or null for none';
const DATE = 'expected a date such as "2026-03-13" (midnight UTC), or null for an open side';

const decimal = (pattern: RegExp, expected: string) =>
  z
    .union([z.string(), z.number()], { error: expected })
    .transform(String)
    .pipe(z.string().regex(pattern, { error: expected }));

const rate = decimal(/^\d{1,5}(\.\d{1,4})?$/, RATE);
const factor = decimal(/^\d{1,2}(\.\d{1,2})?$/, FACTOR);
const date = z.iso.date({ error: DATE }).nullable();

const rateSet = z.strictObject({
  input: rate,
  output: rate,
  cache_write_5m: rate,
  cache_write_1h: rate,
  cache_read: rate,
});

const period = z
  .strictObject({
    from: date.default(null),
    to: date.default(null),
    rates: rateSet,
    long_prompt: z
      .strictObject({
        prompt_tokens_over: z
          .int({ error: 'expected a whole number of prompt tokens' })
          .nonnegative(),
        rates: rateSet,
      })
      .exactOptional(),
  })
  .refine(({ from, to }) => from === null || to === null || from < to, {
    error: 'expected "from" to lie before "to"',
  });

const periods = z
  .array(period)
  .min(1, { error: 'expected at least one period' })
  .refine(
    (all) =>
      all.every(({ from }, index) => {
        const before = all[index - 1];
        return before === undefined || (before.to !== null && from !== null && before.to <= from);
      }),
    {
      error:
        'expected periods in order of time, each ending on or before the day the next one starts',
    },
  );

const modelId = z
  .string()
  .min(1)
  .refine((id) => normaliseModelId(id) === id, {
    error: ({ input }) =>
      `expected the plain id prices are looked up by: write ${JSON.stringify(normaliseModelId(String(input)))}`,
  });

const model = z.strictObject({
  id: modelId,
  ids: z.array(z.string().min(1)).exactOptional(),
  released: date.exactOptional(),
  periods: periods.exactOptional(),
  fast_multiplier: factor.nullable().exactOptional(),
  us_geo_multiplier: factor.nullable().exactOptional(),
  cloud_regional_multiplier: factor.nullable().exactOptional(),
  confidence: z.string().exactOptional(),
  note: z.string().nullable().exactOptional(),
  sources: z.array(z.string()).exactOptional(),
});

/** What a price override file may hold: the shape of price-table.json, everything optional, and two switches. */
export const overrideSchema = z.strictObject({
  models: z.array(model).default([]),
  web_search_per_request: rate.exactOptional(),
  batch_multiplier: factor.exactOptional(),
  bedrock_bare_regional: z.boolean().exactOptional(),
  vertex_regional: z.boolean().exactOptional(),
  unit: z
    .literal('USD per 1,000,000 tokens', {
      error: 'only rates in "USD per 1,000,000 tokens" are understood',
    })
    .exactOptional(),
  as_of: z.string().exactOptional(),
  period_rule: z.string().exactOptional(),
  tier_rule: z.string().exactOptional(),
  sources: z.record(z.string(), z.string()).exactOptional(),
});

/** A price override file, checked. */
export type PriceOverride = z.infer<typeof overrideSchema>;

/** One model's entry in a price override file, checked. */
export type ModelOverride = PriceOverride['models'][number];

/** The first thing wrong with a document: where it stands, what stands there and what was expected. */
export interface OverrideFault {
  readonly path: readonly PropertyKey[];
  readonly value: unknown;
  readonly expected: string;
}

/** Checks a parsed override document. */
export function checkOverride(
  document: unknown,
): { readonly override: PriceOverride } | { readonly fault: OverrideFault } {
  const result = overrideSchema.safeParse(document);
  if (result.success) {
    return { override: result.data };
  }
  const [issue] = result.error.issues;
  if (issue === undefined) {
    return { fault: { path: [], value: document, expected: result.error.message } };
  }
  const unknownKey = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const path = unknownKey === undefined ? issue.path : [...issue.path, unknownKey];
  const expected =
    unknownKey === undefined ? issue.message : 'this key is not known; check its spelling';
  return { fault: { path, value: valueAt(document, path), expected } };
}

function valueAt(document: unknown, path: readonly PropertyKey[]): unknown {
  let value = document;
  for (const key of path) {
    value =
      typeof value === 'object' && value !== null
        ? (value as Record<PropertyKey, unknown>)[key]
        : undefined;
  }
  return value;
}
