import { describe, expect, it } from 'vitest';
import { createPricer } from '../../src/pricing/price.ts';
import { builtInPriceTable } from '../../src/pricing/table.ts';
import { usdFromNano } from '../../src/records/money.ts';
import type { RequestUsage } from '../../src/records/usage.ts';
import type { ClientCost } from './wire-usage.ts';
import { clientCosts, noonMs, usageOf } from './wire-usage.ts';

const { price } = createPricer(builtInPriceTable);

const same = clientCosts.filter((row) => row.same_as_list);
const different = clientCosts.filter((row) => !row.same_as_list);

/** NaN for a model without a price. */
const listUsd = (row: ClientCost, model = row.model, usage: Partial<RequestUsage> = {}) => {
  const { costNanoUsd } = price({
    model,
    messageId: null,
    atMs: noonMs,
    usage: { ...usageOf(row.usage), ...usage },
    refusedBeforeOutput: false,
  });
  return costNanoUsd === null ? NaN : usdFromNano(costNanoUsd);
};

const reason = (start: string) => different.filter((row) => row.note?.startsWith(start));
const unknownModel = reason('client guesses');
const batch = reason('client ignores the batch');
const geo = reason('client applies 1.1');
const longPrompt = reason('client prices flat; list price had a surcharge');
const regional = reason('client prices flat; the list price of a regional');

describe('the cost the client reports', () => {
  it.each(same)('is the list price: $model $case', (row) => {
    expect(listUsd(row)).toBeCloseTo(row.client_cost_usd, 9);
  });

  it('differs from the list price for one of five documented reasons', () => {
    const explained = [...unknownModel, ...batch, ...geo, ...longPrompt, ...regional];
    expect(explained).toHaveLength(different.length);
    expect(same.length + different.length).toBe(259);
  });

  it.each(unknownModel)('is a guess for a model we leave unpriced: $case', (row) => {
    expect(listUsd(row)).toBeNaN();
    expect(row.client_cost_usd).toBeGreaterThan(0);
  });

  it.each(batch)('lacks the batch discount: $model $case', (row) => {
    const premium = row.model.startsWith('us.') ? 1.1 : 1;
    expect(listUsd(row)).toBeCloseTo((row.client_cost_usd / 2) * premium, 9);
    expect(listUsd(row, row.model, { serviceTier: null })).toBeCloseTo(
      row.client_cost_usd * premium,
      9,
    );
  });

  it.each(geo)('has the US factor on a model without it: $model $case', (row) => {
    expect(listUsd(row)).toBeCloseTo(row.client_cost_usd / 1.1, 9);
  });

  it.each(longPrompt)('is flat above 200k: $model $case', (row) => {
    const { input_tokens, output_tokens, cache_read_input_tokens } = row.usage;
    const premium = row.model.startsWith('us.') ? 1.1 : 1;
    const upper = input_tokens * 6 + output_tokens * 22.5 + cache_read_input_tokens * 0.6;
    expect(listUsd(row)).toBeCloseTo((upper * premium) / 1e6, 9);
    const flat = input_tokens * 3 + output_tokens * 15 + cache_read_input_tokens * 0.3;
    expect(flat / 1e6).toBeCloseTo(row.client_cost_usd, 9);
  });

  it.each(regional)('lacks the premium of a regional profile: $case', (row) => {
    expect(listUsd(row)).toBeCloseTo(row.client_cost_usd * 1.1, 9);
    expect(listUsd(row, row.model.replace(/^us\./, 'global.'))).toBeCloseTo(row.client_cost_usd, 9);
  });
});
