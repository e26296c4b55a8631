import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Reader } from '../../src/store/reader.ts';
import { MIGRATIONS } from '../../src/store/open.ts';
import { createReader } from '../../src/store/reader.ts';
import { TOOL_SUMS_SQL } from '../support/tool-sums-sql.ts';
import { COST_BASES, REQUESTERS, SOURCES } from '../../src/store/rows.ts';

/** What tests say of a request; everything else is small and plain. */
export interface RequestFact {
  readonly session?: string;
  readonly project?: string;
  readonly model?: string;
  readonly requester?: (typeof REQUESTERS)[number];
  readonly source?: (typeof SOURCES)[number];
  readonly basis?: (typeof COST_BASES)[number];
  readonly final?: boolean;
  readonly atMs: number;
  /** Input, output, cache read, cache creation of five minutes and of one hour. */
  readonly tokens?: readonly [number, number, number, number, number];
  readonly detail?: object;
  /** Nano-USD of input, output, cache read, cache creation and web search. */
  readonly cost?: readonly [number, number, number, number, number];
}

/** What tests say of a tool call. */
export interface ToolFact {
  readonly session?: string;
  readonly project?: string;
  readonly tool?: string | null;
  readonly atMs: number;
  readonly success?: boolean | null;
  readonly errorClass?: string;
  readonly durationMs?: number;
  readonly linesAdded?: number;
  readonly linesRemoved?: number;
  readonly file?: string;
  readonly command?: string;
}

/** What tests say of an occurrence. */
export interface OccurrenceFact {
  readonly session?: string;
  readonly project?: string;
  readonly type: string;
  readonly category?: string;
  readonly atMs: number;
  readonly data?: object;
}

/** A store on disk that tests fill row by row, and a reader of it. */
export interface ServingStore extends Disposable {
  readonly folder: string;
  readonly path: string;
  readonly db: Database.Database;
  readonly reader: Reader;
  readonly request: (fact: RequestFact) => void;
  readonly toolCall: (fact: ToolFact) => void;
  readonly occurrence: (fact: OccurrenceFact) => void;
  readonly tally: (name: string, label: string, value: number) => void;
  readonly hookEvent: (event: string, scope: string, count: number) => void;
  /** Brings sums and log up to date and tells the reader; returns the highest seq. */
  readonly commit: () => number;
}

export const SESSION_A = 'aaaaaaaa-0000-4000-8000-000000000001';
export const SESSION_B = 'bbbbbbbb-0000-4000-8000-000000000002';
export const PROJECT = '/home/dev/shop';
/** 2026-11-20T09:00:00Z. */
export const NINE_MS = Date.UTC(2026, 10, 20, 9);

const SLOT_MS = 900_000;
const STORE = new URL('../../src/store/', import.meta.url);

const REQUEST_SUMS = `count(*), sum(input_tokens), sum(output_tokens), sum(cache_read_input_tokens),
  sum(cache_creation_5m_input_tokens), sum(cache_creation_1h_input_tokens), sum(web_search_requests),
  sum(input_nano_usd), sum(output_nano_usd), sum(cache_read_nano_usd), sum(cache_creation_nano_usd),
  sum(web_search_nano_usd),
  sum(iif(cost_basis = 2, input_nano_usd + output_nano_usd + cache_read_nano_usd + cache_creation_nano_usd + web_search_nano_usd, 0)),
  sum(cost_basis = 3), sum(final = 0)`;

const REFRESH = `
  DELETE FROM rollup_request; DELETE FROM total_request; DELETE FROM rollup_tool; DELETE FROM total_tool;
  INSERT INTO rollup_request SELECT at_ms / ${SLOT_MS}, session, project, model, source, requester, ${REQUEST_SUMS} FROM request GROUP BY 1, 2, 3, 4, 5, 6;
  INSERT INTO total_request SELECT project, model, source, requester, ${REQUEST_SUMS} FROM request GROUP BY 1, 2, 3, 4;
  INSERT INTO rollup_tool SELECT at_ms / ${SLOT_MS}, session, project, tool, source, ${TOOL_SUMS_SQL} FROM tool_call WHERE tool IS NOT NULL GROUP BY 1, 2, 3, 4, 5;
  INSERT INTO total_tool SELECT project, tool, source, ${TOOL_SUMS_SQL} FROM tool_call WHERE tool IS NOT NULL GROUP BY 1, 2, 3;
  DELETE FROM total_call; DELETE FROM rollup_occurrence;
  INSERT INTO total_call SELECT tool, coalesce(command, ''),
    CASE WHEN error_class = 'denied' THEN 'denied' WHEN success = 0 THEN coalesce(error_class, 'other') ELSE '' END, count(*)
    FROM tool_call WHERE tool IS NOT NULL GROUP BY 1, 2, 3;
  INSERT INTO rollup_occurrence SELECT at_ms / ${SLOT_MS}, type, coalesce(data ->> 'status', ''), count(*) FROM occurrence GROUP BY 1, 2, 3;
  DELETE FROM activity;
  INSERT INTO activity SELECT session, owner, json_array(min(at_ms), max(at_ms)), max(at_ms) FROM (
    SELECT session, owner, at_ms FROM request UNION ALL SELECT session, owner, at_ms FROM tool_call
    UNION ALL SELECT session, owner, at_ms FROM occurrence) GROUP BY 1, 2;
  INSERT OR REPLACE INTO document (kind, ref) SELECT 4, id FROM session;`;

/** Makes an empty store in a folder of its own. */
export function createServingStore(): ServingStore {
  const folder = mkdtempSync(join(tmpdir(), 'hall-monitor-serving-'));
  const path = join(folder, 'store.db');
  const db = new Database(path);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = OFF');
  for (const file of [...MIGRATIONS.map((name) => `migrations/${name}`), 'indexes.sql']) {
    db.exec(readFileSync(new URL(file, STORE), 'utf8'));
  }
  const reader = createReader(path);
  const insert = inserter(db);
  const common = (fact: RequestFact | ToolFact | OccurrenceFact) => {
    const session = fact.session ?? SESSION_A;
    const sessionId = idOf(db, 'session', 'session_id', session);
    return {
      session: sessionId,
      project: idOf(db, 'project', 'path', fact.project ?? PROJECT),
      owner: originOf(db, session, sessionId),
      line: 1,
      at_ms: fact.atMs,
    };
  };
  return {
    folder,
    path,
    db,
    reader,
    request: (fact) => {
      const shared = common(fact);
      insert('request', 0, {
        ...shared,
        origin: shared.owner,
        model: idOf(db, 'model', 'name', fact.model ?? 'claude-opus-5-5'),
        ...requestRow(fact),
      });
    },
    toolCall: (fact) => insert('tool_call', 1, { ...common(fact), ...toolRow(db, fact) }),
    occurrence: (fact) =>
      insert('occurrence', 2, {
        ...common(fact),
        type: fact.type,
        category: fact.category ?? 'user',
        source: 0,
        data: JSON.stringify(fact.data ?? {}),
      }),
    hookEvent: (event, scope, count) =>
      void db.prepare('INSERT INTO hook_event VALUES (?, ?, ?, 0)').run(event, scope, count),
    tally: (name, label, value) =>
      void db.prepare('INSERT INTO tally VALUES (?, ?, ?)').run(name, label, value),
    commit: () => {
      db.exec(REFRESH);
      const seq = reader.lastSeq();
      reader.notify(seq);
      return seq;
    },
    [Symbol.dispose]: () => {
      reader.close();
      db.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function inserter(db: Database.Database) {
  let count = 0;
  return (table: string, kind: number, row: Record<string, string | number | null>): void => {
    count += 1;
    const full: Record<string, string | number | null> = { key: `key-${count}`, ...row };
    const names = Object.keys(full);
    const { lastInsertRowid } = db
      .prepare(
        `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
      )
      .run(Object.values(full));
    db.prepare('INSERT INTO event (kind, ref, revision) VALUES (?, ?, 0)').run(
      kind,
      lastInsertRowid,
    );
  };
}

function idOf(db: Database.Database, table: string, column: string, name: string): number {
  db.prepare(`INSERT OR IGNORE INTO ${table} (${column}) VALUES (?)`).run(name);
  return (
    db.prepare<[string], number>(`SELECT id FROM ${table} WHERE ${column} = ?`).pluck().get(name) ??
    0
  );
}

function originOf(db: Database.Database, session: string, sessionId: number): number {
  const path = `/claude/projects/shop/${session}.jsonl`;
  db.prepare(
    "INSERT OR IGNORE INTO origin (source, path, written_at_ms, session, lines, bytes) VALUES ('transcript', ?, 0, ?, 10, 1000)",
  ).run(path, sessionId);
  return (
    db.prepare<[string], number>('SELECT id FROM origin WHERE path = ?').pluck().get(path) ?? 0
  );
}

function requestRow({
  requester = 'main',
  source = 'transcript',
  basis = 'list',
  ...fact
}: RequestFact) {
  const [input, output, cacheRead, fiveMinutes, oneHour] = fact.tokens ?? [10, 100, 1000, 50, 5];
  const [inputCost, outputCost, readCost, writeCost, searchCost] = fact.cost ?? [
    40_000, 2_000_000, 200_000, 290_000, 0,
  ];
  return {
    source: SOURCES.indexOf(source),
    requester: REQUESTERS.indexOf(requester),
    end_ms: fact.atMs,
    input_tokens: input,
    output_tokens: output,
    cache_read_input_tokens: cacheRead,
    cache_creation_5m_input_tokens: fiveMinutes,
    cache_creation_1h_input_tokens: oneHour,
    web_search_requests: searchCost > 0 ? 1 : 0,
    thinking_tokens: 0,
    final: fact.final === false ? 0 : 1,
    cost_basis: COST_BASES.indexOf(basis),
    detail: fact.detail === undefined ? null : JSON.stringify(fact.detail),
    input_nano_usd: basis === 'unpriced' ? 0 : inputCost,
    output_nano_usd: basis === 'unpriced' ? 0 : outputCost,
    cache_read_nano_usd: basis === 'unpriced' ? 0 : readCost,
    cache_creation_nano_usd: basis === 'unpriced' ? 0 : writeCost,
    web_search_nano_usd: basis === 'unpriced' ? 0 : searchCost,
  };
}

function toolRow(db: Database.Database, { tool = 'Read', success = true, ...fact }: ToolFact) {
  return {
    tool: tool === null ? null : idOf(db, 'tool', 'name', tool),
    source: 0,
    success: success === null ? null : Number(success),
    result_at_ms: success === null ? null : fact.atMs + 10,
    error_class: fact.errorClass ?? null,
    duration_ms: fact.durationMs ?? null,
    file: fact.file === undefined ? null : idOf(db, 'file', 'path', fact.file),
    command: fact.command ?? null,
    lines_added: fact.linesAdded ?? null,
    lines_removed: fact.linesRemoved ?? null,
  };
}

/** Two sessions in two projects over two days, with one of everything that is told apart. */
export function fillSample(store: ServingStore): void {
  const other = { session: SESSION_B, project: '/home/dev/old/shop' };
  store.request({ atMs: NINE_MS });
  store.request({
    atMs: NINE_MS + 60_000,
    requester: 'subagent',
    model: 'claude-haiku-5-5',
    cost: [1, 2, 3, 4, 10_000_000],
  });
  store.request({
    atMs: NINE_MS + 3_600_000,
    ...other,
    model: 'claude-next',
    basis: 'estimated',
    final: false,
  });
  store.request({ atMs: NINE_MS + 86_400_000, ...other, model: 'gpt-x', basis: 'unpriced' });
  store.toolCall({
    atMs: NINE_MS + 1_000,
    tool: 'Read',
    durationMs: 20,
    file: '/home/dev/shop/a.ts',
  });
  store.toolCall({
    atMs: NINE_MS + 2_000,
    tool: 'Bash',
    success: false,
    errorClass: 'exit_code',
    durationMs: 1_500,
    command: 'npm',
  });
  store.toolCall({ atMs: NINE_MS + 3_000, tool: 'Bash', success: false, errorClass: 'denied' });
  store.toolCall({
    atMs: NINE_MS + 86_400_500,
    ...other,
    tool: 'Edit',
    success: null,
    file: '/home/dev/shop/a.ts',
  });
  store.occurrence({ atMs: NINE_MS - 1_000, type: 'user_prompt', data: { length: 12 } });
  store.occurrence({
    atMs: NINE_MS + 4_000,
    type: 'api_error',
    category: 'api',
    data: { status: 529 },
  });
  store.occurrence({
    atMs: NINE_MS + 86_400_600,
    ...other,
    type: 'compaction',
    category: 'session',
  });
  store.tally('entries', 'assistant', 8);
  store.tally('entries', 'user', 6);
  store.tally('rejects', 'invalid_json', 2);
  store.tally('duplicates', 'transcript', 3);
  store.tally('origin_resets', 'truncated', 1);
  store.tally('occurrence', `user_prompt\t${PROJECT}`, 1);
  store.tally('occurrence', `api_error\t${PROJECT}`, 1);
  store.tally('permissions', `allowed\t${PROJECT}`, 3);
  store.tally('permissions', `denied\t${PROJECT}`, 1);
  store.tally('permissions', `pending\t${PROJECT}`, 2);
  store.tally('api_error', '529\tother', 1);
  store.tally('permission_wait_ms', PROJECT, 4_500);
  store.hookEvent('PostToolUse', 'user', 5);
  store.tally('occurrence', 'compaction\t/home/dev/old/shop', 1);
  store.commit();
}
