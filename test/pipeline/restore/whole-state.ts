import type { Database } from 'better-sqlite3';

const origin = (column: string): string =>
  `(SELECT source || ' ' || path FROM origin WHERE id = t.${column})`;

/** Names instead of ids, which a restored store need not have in common with the old one. */
const NAMES: Readonly<Record<string, string>> = {
  session: '(SELECT session_id FROM session WHERE id = t.session)',
  project: '(SELECT path FROM project WHERE id = t.project)',
  model: '(SELECT name FROM model WHERE id = t.model)',
  tool: '(SELECT name FROM tool WHERE id = t.tool)',
  file: '(SELECT path FROM file WHERE id = t.file)',
  owner: origin('owner'),
  origin: origin('origin'),
  request: '(SELECT key FROM request WHERE id = t.request)',
  tool_call: '(SELECT key FROM tool_call WHERE id = t.tool_call)',
  plan: '(SELECT key FROM plan WHERE id = t.plan)',
  feature: '(SELECT name FROM plan_feature WHERE id = t.feature)',
  attempt: `(SELECT f.name || a.activation || '#' || a.number FROM plan_attempt a JOIN plan_feature f ON f.id = a.feature WHERE a.id = t.attempt)`,
};

/** Tables of everything that an archive brings back, with what is not compared there. */
const TABLES: Readonly<Record<string, readonly string[]>> = {
  request: ['id'],
  tool_call: ['id'],
  occurrence: ['id'],
  occurrence_alias: ['ref'],
  request_copy: [],
  origin: ['id', 'position'],
  session_fact: [],
  subagent: [],
  activity: [],
  hook_event: [],
  rollup_request: [],
  rollup_tool: [],
  total_request: [],
  total_tool: [],
  total_call: [],
  rollup_occurrence: [],
  plan: ['id', 'dirty'],
  plan_activation: [],
  plan_feature: ['id'],
  plan_attempt: ['id'],
  plan_event: ['id'],
  plan_checkout: ['features'],
  plan_session: [],
  plan_request: [],
  plan_tool_call: [],
  plan_usage: [],
  plan_duration: [],
};

/** What was counted and taken away again leaves rows of nothing. */
const SUMS: Readonly<Record<string, string>> = {
  rollup_request: 'requests <> 0 OR input_tokens <> 0 OR output_nano_usd <> 0',
  total_request: 'requests <> 0 OR input_tokens <> 0 OR output_nano_usd <> 0',
  rollup_tool: 'calls <> 0',
  total_tool: 'calls <> 0',
  total_call: 'calls <> 0',
  rollup_occurrence: 'occurrences <> 0',
};

const REFERRED: Readonly<Record<number, string>> = {
  0: '(SELECT key FROM request WHERE id = ref)',
  1: '(SELECT key FROM tool_call WHERE id = ref)',
  2: '(SELECT key FROM occurrence WHERE id = ref)',
  3: '(SELECT key FROM plan_event WHERE id = ref)',
  4: '(SELECT session_id FROM session WHERE id = ref)',
  5: '(SELECT key FROM plan WHERE id = ref)',
  6: '(SELECT path FROM origin WHERE id = ref)',
  7: '(SELECT key FROM request WHERE id = ref)',
  8: `'collector'`,
};

const texts = (rows: readonly unknown[]): readonly string[] =>
  rows.map((row) => JSON.stringify(row)).toSorted();

const tableOf = (db: Database, table: string, without: readonly string[]): readonly string[] => {
  const columns = (db.pragma(`table_info(${table})`) as { readonly name: string }[])
    .map(({ name }) => name)
    .filter((name) => !without.includes(name))
    .map((name) => {
      // A plan's own `activation`, and an event's, are numbers.
      const isName = NAMES[name] !== undefined && !(table === 'plan_usage' && name === 'attempt');
      return isName && !(name === 'attempt' && table.startsWith('plan_') && table !== 'plan_event')
        ? `${NAMES[name]} AS ${name}`
        : `t.${name}`;
    });
  const sums = SUMS[table] === undefined ? '' : ` WHERE ${SUMS[table]}`;
  return texts(db.prepare(`SELECT ${columns.join(', ')} FROM ${table} t${sums}`).all());
};

/** Attempts by the feature they are at, since their ids differ. */
const shares = (db: Database, table: string): readonly string[] =>
  texts(
    db
      .prepare(
        `SELECT (SELECT key FROM plan WHERE id = t.plan) AS plan, t.activation,
           ${table === 'plan_usage' ? "''" : `(SELECT key FROM ${table.slice(5)} WHERE id = t.${table.slice(5)})`} AS row,
           (SELECT f.name || '#' || a.number FROM plan_attempt a JOIN plan_feature f ON f.id = a.feature WHERE a.id = t.attempt) AS attempt
           ${table === 'plan_usage' ? ', requests, output_tokens, cost_nano_usd, tool_calls, tool_failures, active_ms' : ''}
         FROM ${table} t`,
      )
      .all(),
  );

const SHARES = ['plan_request', 'plan_tool_call', 'plan_usage'];

/** Newest lines of the log, with what they tell of by its name. */
const logOf = (db: Database): readonly string[] =>
  Object.entries(REFERRED).flatMap(([kind, name]) =>
    texts(
      db
        .prepare(
          `SELECT max(seq) AS seq, kind, ${name} AS name,
             iif(kind = 7, (SELECT path FROM origin WHERE id = revision), max(revision)) AS revision
           FROM event WHERE kind = ? AND ${name} IS NOT NULL GROUP BY ref, iif(kind = 7, revision, 0)`,
        )
        .all(kind),
    ),
  );

/** Statuses by the name of the feature. */
const checkoutsOf = (db: Database): readonly string[] =>
  texts(
    db
      .prepare(
        `SELECT c.path, c.branch, f.name, s.value FROM plan_checkout c, json_each(c.features) s
         JOIN plan_feature f ON f.id = CAST(s.key AS INTEGER)`,
      )
      .all(),
  );

/** Everything that an archive brings back, column by column; ids and positions in files aside. */
export const wholeStateOf = (db: Database): Readonly<Record<string, readonly string[]>> => ({
  ...Object.fromEntries(
    Object.entries(TABLES).map(([table, without]) => [
      table,
      SHARES.includes(table) ? shares(db, table) : tableOf(db, table, without),
    ]),
  ),
  tally: texts(
    db
      .prepare(
        `SELECT * FROM tally WHERE value <> 0
           AND name NOT IN ('entries', 'rejects', 'duplicates', 'origin_resets')`,
      )
      .all(),
  ),
  checkouts: checkoutsOf(db),
  log: logOf(db),
});
