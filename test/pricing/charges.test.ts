import { describe, expect, it } from 'vitest';
import { createPricer } from '../../src/pricing/price.ts';
import type { Priced } from '../../src/pricing/priced.ts';
import { builtInPriceTable } from '../../src/pricing/table.ts';
import type { UsageIteration } from '../../src/records/usage.ts';
import { request } from './wire-usage.ts';

const { price } = createPricer(builtInPriceTable);

const step = (
  type: string,
  model: string | null,
  tokens: Partial<UsageIteration> = {},
): UsageIteration => ({
  inputTokens: 0,
  outputTokens: 0,
  cacheReadInputTokens: 0,
  cacheCreation5mInputTokens: 0,
  cacheCreation1hInputTokens: 0,
  webSearchRequests: 0,
  ...tokens,
  type,
  model,
});

const rolesOf = (priced: Priced) => priced.parts.map((part) => `${part.role} ${part.model}`);

describe('the parts of a request', () => {
  it('are just the main one where nothing is itemised', () => {
    const priced = price(request('claude-opus-4-8', { inputTokens: 3, outputTokens: 5 }));
    expect(priced).toEqual({
      basis: 'list',
      modelId: 'claude-opus-4-8',
      costNanoUsd: 140_000,
      parts: [
        {
          role: 'main',
          model: 'claude-opus-4-8',
          basis: 'list',
          pricesOf: 'claude-opus-4-8',
          tokens: {
            inputTokens: 3,
            outputTokens: 5,
            cacheReadInputTokens: 0,
            cacheCreation5mInputTokens: 0,
            cacheCreation1hInputTokens: 0,
            webSearchRequests: 0,
          },
          cost: {
            inputNanoUsd: 15_000,
            outputNanoUsd: 125_000,
            cacheReadNanoUsd: 0,
            cacheCreationNanoUsd: 0,
            webSearchNanoUsd: 0,
          },
        },
      ],
    });
  });

  it('never include samplings of the model that answered, however it is spelled', () => {
    const iterations = [
      step('message', null, { inputTokens: 10, outputTokens: 10 }),
      step('message', 'claude-opus-4-8', { inputTokens: 10, outputTokens: 10 }),
      step('fallback_message', 'us.anthropic.claude-opus-4-8', { outputTokens: 10 }),
      step('message', 'claude-opus-4-8[1m]', { inputTokens: 10, outputTokens: 10 }),
    ];
    const usage = { inputTokens: 30, outputTokens: 40 };
    const itemised = price(request('claude-opus-4-8', { ...usage, iterations }));
    expect(itemised).toEqual(price(request('claude-opus-4-8', usage)));
  });

  it('hold an advisor at its own model, at standard speed', () => {
    const priced = price(
      request('claude-opus-4-8', {
        outputTokens: 1,
        speed: 'fast',
        iterations: [step('advisor_message', 'claude-opus-5', { outputTokens: 10 })],
      }),
    );
    expect(rolesOf(priced)).toEqual(['main claude-opus-4-8', 'advisor claude-opus-5']);
    expect(priced.costNanoUsd).toBe(1 * 25_000 * 2 + 10 * 25_000);
  });

  it('hold a compaction at the model and the speed of the request', () => {
    const priced = price(
      request('claude-opus-4-8', {
        speed: 'fast',
        iterations: [step('compaction', null, { outputTokens: 10 })],
      }),
    );
    expect(rolesOf(priced)).toEqual(['main claude-opus-4-8', 'compaction claude-opus-4-8']);
    expect(priced.costNanoUsd).toBe(10 * 25_000 * 2);
  });

  it.each([
    ['wrote something', 'message', 2, 1],
    ['wrote nothing', 'message', 1, 0],
    ['wrote nothing at all', 'message', 0, 0],
    ['was a fallback itself', 'fallback_message', 2, 1],
  ])('hold a declined hop only if it wrote output: %s', (_what, type, outputTokens, extra) => {
    const iterations = [
      step(type, 'claude-fable-5', { inputTokens: 7, outputTokens }),
      step('fallback_message', 'claude-opus-4-8', { outputTokens: 9 }),
    ];
    const priced = price(request('claude-opus-4-8', { outputTokens: 9, iterations }));
    expect(rolesOf(priced).slice(1)).toEqual(['declined_hop claude-fable-5'].slice(0, extra));
    expect(priced.costNanoUsd).toBe(9 * 25_000 + extra * (7 * 10_000 + outputTokens * 50_000));
  });

  it('never include the attempt that answered, even under a name the line does not use', () => {
    const iterations = [
      step('message', 'claude-fable-5', { outputTokens: 1 }),
      step('fallback_message', 'claude-opus-5', { outputTokens: 9 }),
    ];
    const priced = price(request('claude-opus-4-8', { outputTokens: 9, iterations }));
    expect(rolesOf(priced)).toEqual(['main claude-opus-4-8']);
  });

  it('leave out kinds of step nobody has described', () => {
    const iterations = [step('something_new', 'claude-fable-5', { outputTokens: 100 })];
    expect(price(request('claude-opus-4-8', { iterations })).parts).toHaveLength(1);
  });

  it('take the tier of their own prompt', () => {
    const priced = price(
      request('claude-haiku-5-5', {
        inputTokens: 50_000,
        iterations: [step('compaction', null, { inputTokens: 100_001 })],
      }),
    );
    expect(priced.parts.map((part) => part.cost?.inputNanoUsd)).toEqual([
      50_000 * 100,
      100_001 * 500,
    ]);
  });
});

describe('a refusal before any output', () => {
  it('costs nothing and stays a list price', () => {
    const priced = price(
      request('claude-fable-5-1', { inputTokens: 106 }, { refusedBeforeOutput: true }),
    );
    expect(priced).toMatchObject({ basis: 'list', costNanoUsd: 0 });
    expect(priced.parts[0]?.tokens.inputTokens).toBe(106);
  });

  it('still has the price of a hop that wrote something before', () => {
    const iterations = [step('message', 'claude-fable-5', { outputTokens: 100 })];
    const priced = price(
      request('claude-opus-4-8', { inputTokens: 9, iterations }, { refusedBeforeOutput: true }),
    );
    expect(priced.costNanoUsd).toBe(100 * 50_000);
  });
});

describe('the basis of a request', () => {
  const advised = (model: string, advisor: string) =>
    price(
      request(model, {
        outputTokens: 1,
        iterations: [step('advisor_message', advisor, { outputTokens: 1 })],
      }),
    );

  it.each([
    ['claude-opus-4-8', 'claude-fable-5', 'list', 75_000],
    ['claude-opus-4-8', 'claude-fable-9', 'estimated', 65_000],
    ['claude-opus-4-8', 'gpt-4o', 'estimated', 25_000],
    ['claude-opus-9', 'claude-fable-5', 'estimated', 70_000],
    ['gpt-4o', 'claude-fable-5', 'unpriced', null],
  ])('of %s advised by %s is %s', (model, advisor, basis, costNanoUsd) => {
    expect(advised(model, advisor)).toMatchObject({ basis, costNanoUsd });
  });

  it('is told of each part, with the row it was priced by', () => {
    const { parts } = advised('gpt-4o', 'claude-fable-9');
    expect(parts).toMatchObject([
      { basis: 'unpriced', cost: null, pricesOf: null },
      { basis: 'estimated', cost: { outputNanoUsd: 40_000 }, pricesOf: 'claude-fable-5-2' },
    ]);
  });

  it.each([
    ['us.anthropic.claude-opus-4-8', 'claude-opus-4-8'],
    ['claude-opus-9-20270101', 'claude-opus-9'],
    ['claude-mythos-preview', 'claude-mythos-preview'],
    ['<synthetic>', null],
  ])('comes with the id reports group %s by: %s', (model, modelId) => {
    expect(price(request(model)).modelId).toBe(modelId);
  });
});
