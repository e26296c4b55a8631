import type { Database } from 'better-sqlite3';
import { TOOL_SUMS } from '../../src/store/tool-sums.ts';
import { REQUEST_SUMS } from '../../src/store/write-store.ts';
import { TOOL_SUMS_SQL } from '../support/tool-sums-sql.ts';

/** Names instead of the store's own ids, which depend on what came first. */
const NAMES: Readonly<Record<string, string>> = {
  session: '(SELECT session_id FROM session WHERE id = t.session)',
  project: '(SELECT path FROM project WHERE id = t.project)',
  model: '(SELECT name FROM model WHERE id = t.model)',
  tool: '(SELECT name FROM tool WHERE id = t.tool)',
  file: '(SELECT path FROM file WHERE id = t.file)',
  owner: '(SELECT path FROM origin WHERE id = t.owner)',
  origin: '(SELECT path FROM origin WHERE id = t.origin)',
};

const ENTITIES = ['request', 'tool_call', 'occurrence'] as const;
const SUMS = {
  rollup_request: REQUEST_SUMS,
  total_request: REQUEST_SUMS,
  rollup_tool: TOOL_SUMS,
  total_tool: TOOL_SUMS,
  total_call: ['calls'],
  rollup_occurrence: ['occurrences'],
} as const;

const rowsOf = (
  db: Database,
  table: string,
  without: readonly string[],
  where = 'TRUE',
): readonly string[] => {
  const columns = db.pragma(`table_info(${table})`) as { readonly name: string }[];
  const wanted = columns.map(({ name }) => name).filter((name) => !without.includes(name));
  const sql = wanted.map((name) => `${NAMES[name] ?? `t.${name}`} AS ${name}`).join(', ');
  const rows = db.prepare(`SELECT ${sql} FROM ${table} t WHERE ${where}`).all();
  return rows.map((row) => JSON.stringify(row)).toSorted();
};

/** Everything that readers of the store can see, except how it came to be. */
export const stateOf = (db: Database): Readonly<Record<string, readonly string[]>> => ({
  ...Object.fromEntries(
    ENTITIES.map((table) => {
      // A call and its result stand on two lines, of which either may be the one that is kept.
      const without = ['id', 'revision', ...(table === 'tool_call' ? ['line'] : [])];
      return [table, rowsOf(db, table, without)];
    }),
  ),
  ...Object.fromEntries(
    Object.entries(SUMS).map(([table, sums]) => {
      return [table, rowsOf(db, table, [], sums.map((name) => `${name} <> 0`).join(' OR '))];
    }),
  ),
  tally: rowsOf(db, 'tally', [], `name <> 'duplicates' AND value <> 0`),
});

const REQUEST_VALUES = `count(*) requests, sum(input_tokens) input_tokens, sum(output_tokens) output_tokens,
  sum(cache_read_input_tokens) cache_read_input_tokens,
  sum(cache_creation_5m_input_tokens) cache_creation_5m_input_tokens,
  sum(cache_creation_1h_input_tokens) cache_creation_1h_input_tokens, sum(web_search_requests) web_search_requests,
  sum(input_nano_usd) input_nano_usd, sum(output_nano_usd) output_nano_usd, sum(cache_read_nano_usd) cache_read_nano_usd,
  sum(cache_creation_nano_usd) cache_creation_nano_usd, sum(web_search_nano_usd) web_search_nano_usd,
  sum((cost_basis = 2) * (input_nano_usd + output_nano_usd + cache_read_nano_usd + cache_creation_nano_usd
    + web_search_nano_usd)) estimated_nano_usd,
  sum(cost_basis = 3) unpriced_requests, sum(final = 0) not_final_requests`;

const REQUEST_KEYS = 'project, model, source, requester';
const TOOL_KEYS = `project, coalesce(tool, (SELECT id FROM tool WHERE name = 'unknown')) AS tool, source`;

const DIRECT: Readonly<Record<keyof typeof SUMS, string>> = {
  rollup_request: `SELECT at_ms / 900000 AS slot, session, ${REQUEST_KEYS}, ${REQUEST_VALUES} FROM request GROUP BY 1, 2, 3, 4, 5, 6`,
  total_request: `SELECT ${REQUEST_KEYS}, ${REQUEST_VALUES} FROM request GROUP BY 1, 2, 3, 4`,
  rollup_tool: `SELECT at_ms / 900000 AS slot, session, ${TOOL_KEYS}, ${TOOL_SUMS_SQL} FROM tool_call GROUP BY 1, 2, 3, 4, 5`,
  total_tool: `SELECT ${TOOL_KEYS}, ${TOOL_SUMS_SQL} FROM tool_call GROUP BY 1, 2, 3`,
  total_call: `SELECT coalesce(tool, (SELECT id FROM tool WHERE name = 'unknown')) AS tool, coalesce(command, '') AS command,
    CASE WHEN error_class = 'denied' THEN 'denied' WHEN success = 0 THEN coalesce(error_class, 'other') ELSE '' END
      AS error_class, count(*) AS calls FROM tool_call GROUP BY 1, 2, 3`,
  rollup_occurrence: `SELECT at_ms / 900000 AS slot, type, iif(type = 'api_error', trim(coalesce(data ->> 'status', '') || ' ' ||
    iif(data ->> 'error' NOT GLOB '*[^a-z_]*', data ->> 'error', '')), '') AS reason, count(*) AS occurrences
    FROM occurrence GROUP BY 1, 2, 3`,
};

/** All sums as the store keeps them, and as they follow from the requests and tool calls without several priced parts. */
export const sumsOf = (db: Database) => {
  const kept: Record<string, readonly string[]> = {};
  const direct: Record<string, readonly string[]> = {};
  for (const [table, sql] of Object.entries(DIRECT)) {
    const sums = SUMS[table as keyof typeof SUMS];
    kept[table] = rowsOf(db, table, [], sums.map((name) => `${name} <> 0`).join(' OR '));
    const names = (db.pragma(`table_info(${table})`) as { readonly name: string }[]).map(
      ({ name }) => name,
    );
    const columns = names.map((name) => `${NAMES[name] ?? `t.${name}`} AS ${name}`).join(', ');
    const rows = db.prepare(`SELECT ${columns} FROM (${sql}) t`).all();
    direct[table] = rows.map((row) => JSON.stringify(row)).toSorted();
  }
  return { kept, direct };
};
