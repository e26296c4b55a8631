import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/errors.ts';
import { applyPriceOverride, loadPriceTable } from '../../src/pricing/override.ts';
import { createPricer } from '../../src/pricing/price.ts';
import rawTable from '../../src/pricing/price-table.json' with { type: 'json' };
import { builtInPriceTable } from '../../src/pricing/table.ts';
import type { RequestUsage } from '../../src/records/usage.ts';
import { request } from './wire-usage.ts';

const rates = (input: number) => ({
  input,
  output: input * 5,
  cache_write_5m: input * 1.25,
  cache_write_1h: input * 2,
  cache_read: input / 10,
});

const model = (id: string, input: number, rest: object = {}) => ({
  id,
  periods: [{ rates: rates(input) }],
  ...rest,
});

const apply = (document: unknown) => applyPriceOverride(builtInPriceTable, document, 'prices.json');

const nanoUsdPerToken = async (
  document: unknown,
  id: string,
  usage: Partial<RequestUsage> = {},
  atMs = Date.UTC(2026, 10, 20),
) => {
  const { price } = createPricer(await apply(document));
  const { costNanoUsd } = price(request(id, { inputTokens: 1000, ...usage }, { atMs }));
  return costNanoUsd === null ? null : costNanoUsd / 1000;
};

describe('an override', () => {
  it('prices a model the built-in table does not know', async () => {
    const document = { models: [model('my-local-model', 0.5, { ids: ['My.Alias'] })] };
    expect(await nanoUsdPerToken(document, 'my-local-model')).toBe(500);
    expect(await nanoUsdPerToken(document, 'my.alias')).toBe(500);
    expect(await nanoUsdPerToken({}, 'my-local-model')).toBeNull();
  });

  it('takes the place of a built-in row and leaves the others alone', async () => {
    const document = { models: [model('claude-opus-4-6', 15)] };
    expect(await nanoUsdPerToken(document, 'us.anthropic.claude-opus-4-6-v1')).toBe(15_000 * 1.1);
    expect(await nanoUsdPerToken(document, 'claude-opus-4-8')).toBe(5000);
  });

  it('keeps what it does not mention, and takes away what it sets to null', async () => {
    const kept = { models: [model('claude-opus-4-6', 15)] };
    const taken = { models: [model('claude-opus-4-6', 15, { fast_multiplier: null })] };
    const faster = { models: [{ id: 'claude-opus-4-6', fast_multiplier: '2.5' }] };
    expect(await nanoUsdPerToken(kept, 'claude-opus-4-6', { speed: 'fast' })).toBe(90_000);
    expect(await nanoUsdPerToken(taken, 'claude-opus-4-6', { speed: 'fast' })).toBe(15_000);
    expect(await nanoUsdPerToken(faster, 'claude-opus-4-6', { speed: 'fast' })).toBe(12_500);
    const alias = { models: [model('claude-opus-4', 1)] };
    expect(await nanoUsdPerToken(alias, 'claude-opus-4-0')).toBe(1000);
  });

  it('gives the last word to the last entry', async () => {
    const document = { models: [model('claude-opus-4-6', 1), model('claude-opus-4-6', 2)] };
    expect(await nanoUsdPerToken(document, 'claude-opus-4-6')).toBe(2000);
    const stolen = { models: [model('mine', 7, { ids: ['claude-opus-4-8'] })] };
    expect(await nanoUsdPerToken(stolen, 'claude-opus-4-8')).toBe(7000);
  });

  it('has dated periods and long-prompt tiers too', async () => {
    const document = {
      models: [
        {
          id: 'claude-nova-9',
          periods: [
            { to: '2026-06-01', rates: rates(1) },
            {
              from: '2026-07-01',
              rates: rates(2),
              long_prompt: { prompt_tokens_over: 999, rates: rates(4) },
            },
          ],
        },
      ],
    };
    const at = (date: string) => nanoUsdPerToken(document, 'claude-nova-9', {}, Date.parse(date));
    expect(await at('2026-05-31T23:59:59.999Z')).toBe(1000);
    expect(await at('2026-06-01T00:00:00Z')).toBeNull();
    expect(await at('2026-07-01T00:00:00Z')).toBe(4000);
  });

  it('confirms a card nobody else does', async () => {
    const document = { models: [{ id: 'claude-mythos-preview' }] };
    expect(await nanoUsdPerToken(document, 'claude-mythos-preview')).toBe(25_000);
  });

  it('becomes the newest sibling where its version is the highest', async () => {
    const document = { models: [model('claude-opus-6', 9)] };
    expect(await nanoUsdPerToken(document, 'claude-opus-7')).toBe(9000);
  });

  it('switches regional prices and sets the prices that belong to no model', async () => {
    const document = { bedrock_bare_regional: true, vertex_regional: true };
    expect(await nanoUsdPerToken(document, 'anthropic.claude-opus-4-8')).toBe(5500);
    expect(await nanoUsdPerToken(document, 'claude-opus-4-8@default')).toBe(5500);
    const table = await apply({ web_search_per_request: '0.02', batch_multiplier: '0.25' });
    expect(
      createPricer(table).price(
        request('claude-opus-4-8', {
          inputTokens: 4,
          webSearchRequests: 1,
          serviceTier: 'batch',
        }),
      ).costNanoUsd,
    ).toBe(20_005_000);
  });

  it('with fine decimals stays exact', async () => {
    const document = {
      models: [
        model('claude-nova-9', 0.1234, {
          cloud_regional_multiplier: '1.37',
          periods: [{ rates: { ...rates(1), input: '0.1234' } }],
        }),
      ],
    };
    const { price } = createPricer(await apply(document));
    const usage = { inputTokens: 1_000_000, serviceTier: 'batch' } as const;
    expect(price(request('us.anthropic.claude-nova-9', usage)).costNanoUsd).toBe(84_529_000);
    const one = price(request('us.anthropic.claude-nova-9', { ...usage, inputTokens: 1 }));
    expect(one.costNanoUsd).toBe(85);
  });

  it('may be a copy of the built-in file', async () => {
    const table = await apply(rawTable);
    const strip = ({ id, periods }: (typeof table.models)[number]) => ({ id, periods });
    expect(table.models.map(strip)).toEqual(builtInPriceTable.models.map(strip));
  });
});

describe('a wrong override', () => {
  const period = { rates: rates(1) };
  it.each<[string, unknown]>([
    [
      'models[0].periods[0].rates.input is "three": expected USD per million tokens',
      { models: [{ id: 'a', periods: [{ rates: { ...rates(1), input: 'three' } }] }] },
    ],
    [
      'models[0].periods[0].rates.output is missing: expected USD per million tokens',
      { models: [{ id: 'a', periods: [{ rates: { ...rates(1), output: undefined } }] }] },
    ],
    [
      'models[0].periods[0].rates.cache_read is -1: expected USD per million tokens',
      { models: [{ id: 'a', periods: [{ rates: { ...rates(1), cache_read: -1 } }] }] },
    ],
    [
      'models[0].periods[0].rates.cache_read is 1e-7: expected USD per million tokens',
      { models: [{ id: 'a', periods: [{ rates: { ...rates(1), cache_read: 1e-7 } }] }] },
    ],
    [
      'models[1].fast_multiplier is "x2": expected a factor',
      { models: [model('a', 1), model('b', 1, { fast_multiplier: 'x2' })] },
    ],
    [
      'models[0].periods[0].from is "2026-02-30": expected a date',
      { models: [{ id: 'a', periods: [{ ...period, from: '2026-02-30' }] }] },
    ],
    [
      'expected "from" to lie before "to"',
      { models: [{ id: 'a', periods: [{ ...period, from: '2026-03-01', to: '2026-03-01' }] }] },
    ],
    [
      'expected periods in order of time',
      {
        models: [
          {
            id: 'a',
            periods: [
              { ...period, to: '2026-03-02' },
              { ...period, from: '2026-03-01' },
            ],
          },
        ],
      },
    ],
    ['expected periods in order of time', { models: [{ id: 'a', periods: [period, period] }] }],
    [
      'models[0].periods is []: expected at least one period',
      { models: [{ id: 'a', periods: [] }] },
    ],
    ['models[0].periods is missing: expected at least one period', { models: [{ id: 'a' }] }],
    [
      'models[0].id is "us.anthropic.claude-opus-4-8": expected the plain id prices are looked up by: write "claude-opus-4-8"',
      { models: [model('us.anthropic.claude-opus-4-8', 1)] },
    ],
    ['models[0].price is 3: this key is not known', { models: [model('a', 1, { price: 3 })] }],
    ['vertex_regional is "yes"', { vertex_regional: 'yes' }],
    ['unit is "USD per token": only rates in', { unit: 'USD per token' }],
    ['the document is []', []],
    ['the document is null', null],
  ])('is refused: %s', async (message, document) => {
    const refusal = apply(document);
    await expect(refusal).rejects.toThrow(ConfigError);
    await expect(refusal).rejects.toThrow(message);
    await expect(refusal).rejects.toThrow('prices.json');
    await expect(refusal).rejects.toHaveProperty('hint');
  });
});

describe('an override file', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'prices-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const load = async (text: string) => {
    const path = join(folder, 'prices.json');
    await writeFile(path, text);
    return loadPriceTable(path);
  };

  it('is optional', async () => {
    expect(await loadPriceTable(null)).toBe(builtInPriceTable);
  });

  it('is read and laid over the built-in prices', async () => {
    const table = await load(JSON.stringify({ models: [model('claude-opus-4-6', 15)] }));
    expect(table.models.at(-1)).toMatchObject({ id: 'claude-opus-4-6', origin: 'override' });
  });

  it.each([
    ['{ "models": ', 'is not JSON'],
    ['{ "modells": [] }', 'modells is []: this key is not known'],
  ])('that is wrong is refused with its path: %s', async (text, message) => {
    const refusal = load(text);
    await expect(refusal).rejects.toThrow(ConfigError);
    await expect(refusal).rejects.toThrow(message);
    await expect(refusal).rejects.toThrow(folder);
  });

  it('that is not there is refused', async () => {
    const refusal = loadPriceTable(join(folder, 'none.json'));
    await expect(refusal).rejects.toThrow(/Cannot read the price override file .*none\.json/);
    await expect(refusal).rejects.toThrow(ConfigError);
  });
});
