import { stringify } from 'csv-stringify/sync';
import type { MetricEntry } from '../../src/records/metric-entry.ts';
import { jsonLine } from '../../src/runtime/json-text.ts';
import type { Stored } from '../../src/store/store.ts';

type Cell = string | number | boolean | null | undefined;

const COLUMNS: Readonly<Record<string, (entry: MetricEntry) => Cell>> = {
  id: ({ id }) => id,
  revision: ({ revision }) => revision,
  timestamp: ({ timestamp }) => timestamp,
  session_id: ({ session_id }) => session_id,
  project_path: ({ project_path }) => project_path,
  source: ({ source }) => source,
  event_type: ({ event_type }) => event_type,
  event_category: ({ event_category }) => event_category,
  model: ({ model }) => model,
  input_tokens: ({ tokens }) => tokens?.input_tokens,
  output_tokens: ({ tokens }) => tokens?.output_tokens,
  cache_read_input_tokens: ({ tokens }) => tokens?.cache_read_input_tokens,
  cache_creation_5m_input_tokens: ({ tokens }) => tokens?.cache_creation_5m_input_tokens,
  cache_creation_1h_input_tokens: ({ tokens }) => tokens?.cache_creation_1h_input_tokens,
  cost_usd: ({ cost }) => cost?.total,
  tool_name: ({ tool_name }) => tool_name,
  tool_duration_ms: ({ tool_duration_ms }) => tool_duration_ms,
  tool_success: ({ tool_success }) => tool_success,
  tags: ({ tags }) => tags.join(' '),
  data: ({ data }) => jsonLine(data).trimEnd(),
};

/** Entries as JSON, one per line, free of anything a terminal would obey. */
export function jsonLines(entries: readonly MetricEntry[]): string {
  return entries.map(jsonLine).join('');
}

/** The first line of the table. */
export function csvHeader(): string {
  return stringify([Object.keys(COLUMNS)]);
}

/** Entries as lines of the table; texts that a spreadsheet would take for a formula are made harmless. */
export function csvLines(entries: readonly MetricEntry[]): string {
  const rows = entries.map((entry) => Object.values(COLUMNS).map((cell) => cell(entry)));
  return stringify(rows, { escape_formulas: true, cast: { boolean: String } });
}

/** One event of the live stream; JSON has no line breaks in it, so nothing it holds can end the event early. */
export function liveEvent(stored: Stored): string {
  const data = stored.kind === 'metric' ? stored.entry : stored.event;
  return `id: ${stored.seq}\nevent: ${stored.kind}\ndata: ${JSON.stringify(data)}\n\n`;
}
