import { explainPrice } from '../pricing/explain.ts';
import { listPrices, type PriceListRow } from '../pricing/list-prices.ts';
import { loadPriceTable } from '../pricing/override.ts';
import { InputError } from '../errors.ts';
import { createTimeZone } from '../rollups/time-zone.ts';
import type { CommandContext, CommandResult } from './context.ts';
import { escapeText, jsonText } from './escape.ts';
import { usdText } from './figures.ts';
import { parseMoment } from './moment.ts';
import { priceLines } from './price-lines.ts';

/** Flags of `hall-monitor pricing list`. */
export interface PricingListOptions {
  readonly model?: string;
  readonly json?: boolean;
}

/** Flags of `hall-monitor pricing explain`; counts as they were written. */
export interface PricingExplainOptions {
  readonly at?: string;
  readonly input?: string;
  readonly output?: string;
  readonly cacheRead?: string;
  readonly cacheWrite5m?: string;
  readonly cacheWrite1h?: string;
  readonly webSearches?: string;
  readonly fast?: boolean;
  readonly geo?: string;
  readonly batch?: boolean;
  readonly json?: boolean;
}

/** Prints the price table. */
export async function runList(
  options: PricingListOptions,
  { config, terminal }: CommandContext,
): CommandResult {
  const table = await loadPriceTable(config.pricing.overrideFile);
  const rows = listPrices(table).filter(
    ({ model, aliases }) =>
      options.model === undefined ||
      [model, ...aliases].some((name) => name.includes(options.model ?? '')),
  );
  if (options.json === true) {
    terminal.print(jsonText({ as_of: table.asOf, web_search_usd: table.webSearchUsd, rows }));
    return;
  }
  const { renderTable } = await import('./table.ts');
  const rate = (head: string, of: (row: PriceListRow) => string, rank?: number) => ({
    head,
    text: of,
    ...(rank === undefined ? {} : { rank }),
  });
  const text = renderTable<PriceListRow>(
    [
      {
        head: 'Model',
        text: (row) => `${row.model}${row.isVerified ? '' : ' (not used)'}`,
        kind: 'name',
      },
      { head: 'In force', text: forceText, kind: 'name', rank: 5 },
      {
        head: 'Prompt',
        text: (row) => (row.promptTokensOver === null ? '' : `> ${row.promptTokensOver / 1000}k`),
        rank: 6,
      },
      rate('Input', (row) => row.input),
      rate('Output', (row) => row.output),
      rate('Write 5m', (row) => row.cacheWrite5m, 3),
      rate('Write 1h', (row) => row.cacheWrite1h, 2),
      rate('Read', (row) => row.cacheRead, 4),
      rate('Fast', (row) => (row.fastMultiplier === null ? '' : `x${row.fastMultiplier}`), 1),
    ],
    rows,
    terminal,
  );
  terminal.print(
    `Prices in USD per million tokens, as of ${table.asOf}. A web search costs $${table.webSearchUsd}.\n\n${text}`,
  );
}

/** Says what a request of a model costs and why. */
export async function runExplain(
  model: string,
  options: PricingExplainOptions,
  { config, terminal }: CommandContext,
): CommandResult {
  const table = await loadPriceTable(config.pricing.overrideFile);
  const nowMs = terminal.nowMs();
  const explanation = explainPrice(table, {
    model,
    messageId: null,
    atMs:
      options.at === undefined
        ? nowMs
        : parseMoment(options.at, '--at', { zone: createTimeZone('UTC'), nowMs }),
    refusedBeforeOutput: false,
    usage: {
      inputTokens: count('--input', options.input, 1_000_000),
      outputTokens: count('--output', options.output, 1_000_000),
      cacheReadInputTokens: count('--cache-read', options.cacheRead, 0),
      cacheCreation5mInputTokens: count('--cache-write-5m', options.cacheWrite5m, 0),
      cacheCreation1hInputTokens: count('--cache-write-1h', options.cacheWrite1h, 0),
      webSearchRequests: count('--web-searches', options.webSearches, 0),
      thinkingTokens: 0,
      speed: options.fast === true ? 'fast' : 'standard',
      inferenceGeo: options.geo ?? null,
      serviceTier: options.batch === true ? 'batch' : null,
      iterations: [],
    },
  });
  if (options.json === true) {
    terminal.print(jsonText(explanation));
    return;
  }
  const { costUsd } = explanation;
  const cost =
    costUsd === null ? 'unknown: the price table has no such model' : usdText(costUsd, 9);
  terminal.print(
    `${[...priceLines(explanation), '', `Cost         ${cost}`].map(escapeText).join('\n')}\n`,
  );
}

function forceText({ from, to }: PriceListRow): string {
  if (from === null && to === null) {
    return 'always';
  }
  return from === null ? `before ${to}` : `from ${from}${to === null ? '' : ` to before ${to}`}`;
}

function count(flag: string, text: string | undefined, usual: number): number {
  const value = text === undefined ? usual : Number(text.replaceAll(/[,_]/g, ''));
  if (!Number.isSafeInteger(value) || value < 0 || text === '') {
    throw new InputError(`${flag} cannot be ${JSON.stringify(text)}.`, {
      hint: 'Give a whole number of tokens, such as 12000.',
    });
  }
  return value;
}
