import { readFile } from 'node:fs/promises';
import { ConfigError } from '../errors.ts';
import type { ModelOverride, OverrideFault, PriceOverride } from './override-schema.ts';
import { builtInPriceTable, decodePeriod, type ModelPrices, type PriceTable } from './table.ts';

const HINT = 'Correct the file and start again, or run without it to use the built-in prices.';

/**
 * The prices to work with: the built-in ones, changed by an override file where there is one.
 *
 * Throws a ConfigError that names the file, the key, the value and what was expected.
 */
export async function loadPriceTable(overridePath: string | null): Promise<PriceTable> {
  if (overridePath === null) {
    return builtInPriceTable;
  }
  let text: string;
  try {
    text = await readFile(overridePath, 'utf8');
  } catch (cause) {
    throw new ConfigError(`Cannot read the price override file ${overridePath}.`, {
      hint: HINT,
      cause,
    });
  }
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError(`The price override file ${overridePath} is not JSON: ${detail}.`, {
      hint: HINT,
      cause,
    });
  }
  return applyPriceOverride(builtInPriceTable, document, overridePath);
}

/**
 * A table with a parsed override document laid over it.
 *
 * An entry takes the place of the row with its id; what it leaves out stays as it was, and null takes a multiplier
 * away. Of several entries for one id the last wins.
 */
export async function applyPriceOverride(
  table: PriceTable,
  document: unknown,
  name: string,
): Promise<PriceTable> {
  // Only here: most installations have no override file and need not load the schema library for prices.
  const { checkOverride } = await import('./override-schema.ts');
  const checked = checkOverride(document);
  if ('fault' in checked) {
    throw new ConfigError(describeFault(checked.fault, name), { hint: HINT });
  }
  return mergeOverride(table, checked.override, name);
}

function mergeOverride(table: PriceTable, override: PriceOverride, name: string): PriceTable {
  let models = table.models;
  for (const [index, entry] of override.models.entries()) {
    const replaced = models.find((row) => row.id === entry.id);
    const row = mergeModel(replaced, entry);
    if (row === null) {
      const fault = {
        path: ['models', index, 'periods'],
        value: undefined,
        expected: PERIODS_OF_A_NEW_MODEL,
      };
      throw new ConfigError(describeFault(fault, name), { hint: HINT });
    }
    models = [...models.filter((other) => other !== replaced), row];
  }
  return {
    asOf: table.asOf,
    models,
    webSearchUsd: override.web_search_per_request ?? table.webSearchUsd,
    batchMultiplier: override.batch_multiplier ?? table.batchMultiplier,
    regional: {
      bedrockBareIds: override.bedrock_bare_regional ?? table.regional.bedrockBareIds,
      vertex: override.vertex_regional ?? table.regional.vertex,
    },
  };
}

const PERIODS_OF_A_NEW_MODEL =
  'expected at least one period, as the built-in prices do not know this model';

/** Null where neither side says what the model costs. */
function mergeModel(row: ModelPrices | undefined, entry: ModelOverride): ModelPrices | null {
  const periods = entry.periods?.map(decodePeriod) ?? row?.periods;
  if (periods === undefined) {
    return null;
  }
  return {
    id: entry.id,
    aliases: entry.ids ?? row?.aliases ?? [],
    releasedOn: valueOr(entry.released, row?.releasedOn),
    periods,
    fastMultiplier: valueOr(entry.fast_multiplier, row?.fastMultiplier),
    usGeoMultiplier: valueOr(entry.us_geo_multiplier, row?.usGeoMultiplier),
    regionalMultiplier: valueOr(entry.cloud_regional_multiplier, row?.regionalMultiplier),
    isVerified: entry.confidence !== 'unverified',
    note: entry.note ?? null,
    sources: entry.sources ?? [],
    origin: 'override',
  };
}

function valueOr(
  given: string | null | undefined,
  inherited: string | null | undefined,
): string | null {
  return given === undefined ? (inherited ?? null) : given;
}

function describeFault({ path, value, expected }: OverrideFault, name: string): string {
  const where = path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
  const subject = where === '' ? 'the document' : where;
  const found = value === undefined ? 'is missing' : `is ${shorten(JSON.stringify(value))}`;
  return `In the price override file ${name}, ${subject} ${found}: ${expected}.`;
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
