import type { Database } from 'better-sqlite3';
import { filterSql } from './filter.ts';
import { NO_USAGE, USAGE_SUM_COLUMNS, addUsage, type UsageSums } from './usage-figures.ts';

/** What a session used, and what it used most of. */
export interface SessionUsage {
  readonly sums: UsageSums;
  /** Requests of the conversation and its agents, without the client's own in the background. */
  readonly messages: number;
  /** Path, or '' where nothing was used. */
  readonly project: string;
  /** Dearest first. */
  readonly models: readonly string[];
}

/** A session that used nothing. */
export const NO_SESSION_USAGE: SessionUsage = {
  sums: NO_USAGE,
  messages: 0,
  project: '',
  models: [],
};

type UsageRow = UsageSums & { session: number; project: string; model: string; messages: number };

/** What sessions used, by the id of their row; all of them, or those asked for. */
export function sessionUsage(
  db: Database,
  sessions: readonly number[] | null,
): ReadonlyMap<number, SessionUsage> {
  // The unary plus keeps SQLite from walking the index on session and jumping to each row: a scan takes a third less.
  const session = sessions === null ? '+session' : 'session';
  const rows = db
    .prepare<[], UsageRow>(
      `SELECT sums.*, session_row AS session, project.path AS project, model.name AS model FROM (
         SELECT ${session} AS session_row, project AS project_row, model AS model_row,
           sum(iif(requester < 2, requests, 0)) AS messages, ${USAGE_SUM_COLUMNS}
         FROM rollup_request WHERE TRUE${filterSql({ sessions })} GROUP BY session_row, project, model
       ) AS sums JOIN project ON project.id = project_row JOIN model ON model.id = model_row`,
    )
    .all();
  const used = rows.filter(
    ({ requests, output_tokens, cost_nano_usd }) => requests + output_tokens + cost_nano_usd > 0,
  );
  const bySession = Map.groupBy(used, (row) => row.session);
  return new Map([...bySession].map(([session, own]) => [session, summed(own)]));
}

function summed(rows: readonly UsageRow[]): SessionUsage {
  return {
    sums: rows.reduce(addUsage, NO_USAGE),
    messages: rows.reduce((sum, row) => sum + row.messages, 0),
    project: rank(rows, (row) => row.project)[0] ?? '',
    models: rank(rows, (row) => row.model),
  };
}

/** Names by what they cost, then by tokens, then by name. */
function rank(rows: readonly UsageRow[], nameOf: (row: UsageRow) => string): string[] {
  const weights = [...Map.groupBy(rows, nameOf)].map(([name, own]) => {
    const sums = own.reduce(addUsage, NO_USAGE);
    return { name, cost: sums.cost_nano_usd, tokens: allTokens(sums) };
  });
  weights.sort((a, b) => b.cost - a.cost || b.tokens - a.tokens || (a.name < b.name ? -1 : 1));
  return weights.map(({ name }) => name);
}

/** Tokens of every kind. */
export function allTokens(sums: UsageSums): number {
  return (
    sums.input_tokens +
    sums.output_tokens +
    sums.cache_read_input_tokens +
    cacheCreationTokens(sums)
  );
}

/** Cache writes of both lifetimes. */
export function cacheCreationTokens(sums: UsageSums): number {
  return sums.cache_creation_5m_input_tokens + sums.cache_creation_1h_input_tokens;
}
