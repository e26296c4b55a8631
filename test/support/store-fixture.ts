import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { toolDurationBucket } from '../../src/records/tool-durations.ts';
import { TOOL_DURATION_COLUMNS } from '../../src/store/tool-sums.ts';
import { MIGRATIONS } from '../../src/store/open.ts';
import { SLOT_MS } from '../../src/rollups/time-slots.ts';

/** A request as a test states it; what it leaves out is small and unremarkable. */
export interface RequestSeed {
  readonly key?: string;
  readonly requestId?: string;
  readonly session?: string;
  readonly project?: string;
  readonly model?: string;
  readonly path?: string;
  readonly source?: number;
  readonly requester?: number;
  readonly atMs: number;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly cacheReadTokens?: number;
  readonly cacheWrite5mTokens?: number;
  readonly cacheWrite1hTokens?: number;
  readonly webSearches?: number;
  readonly final?: boolean;
  readonly costBasis?: number;
  readonly costNanoUsd?: number;
  /** A second priced part, such as an advisor's, beside the main one. */
  readonly advisor?: {
    readonly model: string;
    readonly inputTokens: number;
    readonly costNanoUsd: number;
    readonly estimated: boolean;
  };
  readonly detail?: object;
}

/** A tool call as a test states it. */
export interface ToolCallSeed {
  readonly session?: string;
  readonly project?: string;
  readonly tool?: string;
  readonly atMs: number;
  readonly success?: boolean | null;
  readonly errorClass?: string;
  readonly durationMs?: number;
  readonly file?: string;
  readonly linesAdded?: number;
  readonly linesRemoved?: number;
  readonly command?: string;
  readonly requestKey?: string;
}

/** A small store, filled row by row with the schema of the real one. */
export interface StoreFixture {
  readonly db: Database.Database;
  readonly request: (seed: RequestSeed) => void;
  readonly toolCall: (seed: ToolCallSeed) => void;
  readonly occurrence: (seed: {
    session?: string;
    type: string;
    atMs: number;
    data?: object;
    /** What an API error's data come to. */
    reason?: string;
  }) => void;
  readonly activity: (seed: {
    session?: string;
    path?: string;
    stretchesMs: readonly number[];
  }) => void;
  readonly fact: (seed: { session?: string; name: string; value: string }) => void;
  readonly subagent: (agentId: string, session?: string) => void;
}

const STORE = new URL('../../src/store/', import.meta.url);
const SESSION = 'aaaaaaaa-0000-4000-8000-000000000001';
const MODEL = 'claude-opus-5-5';

/** Makes a store at `path`, or in memory. */
export function createStoreFixture(path = ':memory:'): StoreFixture {
  const db = new Database(path);
  db.pragma('journal_mode = MEMORY');
  db.pragma('synchronous = OFF');
  db.pragma(`user_version = ${MIGRATIONS.length}`);
  for (const name of [...MIGRATIONS.map((file) => `migrations/${file}`), 'indexes.sql']) {
    db.exec(readFileSync(fileURLToPath(new URL(name, STORE)), 'utf8'));
  }
  let count = 0;
  const next = (): string => `row-${(count += 1)}`;
  const id = (table: string, column: string, name: string): number => {
    db.prepare(`INSERT OR IGNORE INTO ${table} (${column}) VALUES (?)`).run(name);
    return (db.prepare(`SELECT id FROM ${table} WHERE ${column} = ?`).get(name) as { id: number })
      .id;
  };
  const session = (name = SESSION): number => id('session', 'session_id', name);
  const project = (path = '/home/dev/one'): number => id('project', 'path', path);
  const origin = (
    sessionName: string | undefined,
    path = `/claude/projects/one/${sessionName ?? SESSION}.jsonl`,
  ): number => {
    db.prepare(
      `INSERT OR IGNORE INTO origin (source, path, written_at_ms, session, lines, bytes)
       VALUES ('transcript', ?, 0, ?, 10, 1000)`,
    ).run(path, session(sessionName));
    return (db.prepare('SELECT id FROM origin WHERE path = ?').get(path) as { id: number }).id;
  };
  const insert = (table: string, row: Record<string, unknown>): void => {
    const names = Object.keys(row);
    db.prepare(
      `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map((name) => `@${name}`).join(', ')})`,
    ).run(row);
  };

  return {
    db,
    request: (seed) => {
      const owner = origin(seed.session, seed.path);
      const row = requestRow(seed, next());
      const names = {
        session: session(seed.session),
        project: project(seed.project),
        model: id('model', 'name', seed.model ?? MODEL),
      };
      insert('request', { ...row, ...names, owner, origin: owner });
      const contributions = [{ ...requestSums(row, names) }];
      if (seed.advisor !== undefined) {
        contributions.push(
          advisorSums(contributions[0]!, seed.advisor, id('model', 'name', seed.advisor.model)),
        );
        contributions[0]!.output_nano_usd = seed.costNanoUsd ?? 0;
        contributions[0]!.estimated_nano_usd = row.cost_basis === 2 ? (seed.costNanoUsd ?? 0) : 0;
      }
      for (const sums of contributions) {
        addSums(db, 'rollup_request', sums);
        const { slot: _slot, session: _session, ...total } = sums;
        addSums(db, 'total_request', total);
      }
    },
    toolCall: (seed) => {
      const key = next();
      const row = toolCallRow(seed, key);
      const names = {
        session: session(seed.session),
        project: project(seed.project),
        tool: id('tool', 'name', seed.tool ?? 'Read'),
      };
      const file = seed.file === undefined ? null : id('file', 'path', seed.file);
      insert('tool_call', { ...row, ...names, file, owner: origin(seed.session) });
      const sums = {
        slot: Math.floor(seed.atMs / SLOT_MS),
        ...names,
        source: 0,
        calls: 1,
        failures: row.success === 0 && row.error_class !== 'denied' ? 1 : 0,
        denied: row.error_class === 'denied' ? 1 : 0,
        timed_calls: row.duration_ms === null ? 0 : 1,
        duration_ms: row.duration_ms ?? 0,
        bucketed_ms: row.duration_ms ?? 0,
        successes: row.success === 1 && row.error_class !== 'denied' ? 1 : 0,
        lines_added: seed.linesAdded ?? 0,
        lines_removed: seed.linesRemoved ?? 0,
        ...(row.duration_ms !== null && {
          [TOOL_DURATION_COLUMNS[toolDurationBucket(row.duration_ms)]!]: 1,
        }),
      };
      addSums(db, 'rollup_tool', sums);
      const { slot: _slot, session: _session, ...total } = sums;
      addSums(db, 'total_tool', total);
      addSums(db, 'total_call', {
        tool: names.tool,
        command: seed.command ?? '',
        error_class: row.error_class ?? (row.success === 0 ? 'other' : ''),
        calls: 1,
      });
    },
    occurrence: (seed) => {
      addSums(db, 'rollup_occurrence', {
        slot: Math.floor(seed.atMs / SLOT_MS),
        type: seed.type,
        reason: seed.reason ?? '',
        occurrences: 1,
      });
      insert('occurrence', {
        key: next(),
        type: seed.type,
        category: 'session',
        session: session(seed.session),
        project: project(),
        owner: origin(seed.session),
        line: 1,
        source: 0,
        at_ms: seed.atMs,
        data: JSON.stringify(seed.data ?? {}),
      });
    },
    activity: (seed) =>
      insert('activity', {
        session: session(seed.session),
        origin: origin(seed.session, seed.path),
        stretches_ms: JSON.stringify(seed.stretchesMs),
        last_at_ms: seed.stretchesMs.at(-1) ?? 0,
      }),
    fact: (seed) =>
      insert('session_fact', {
        session: session(seed.session),
        name: seed.name,
        value: seed.value,
        at_ms: 0,
      }),
    subagent: (agentId, name) => insert('subagent', { agent_id: agentId, session: session(name) }),
  };
}

function requestRow(seed: RequestSeed, key: string) {
  const basis = seed.costBasis ?? 0;
  return {
    key: seed.key ?? key,
    request_id: seed.requestId ?? null,
    line: 7,
    source: seed.source ?? 0,
    requester: seed.requester ?? 0,
    at_ms: seed.atMs,
    end_ms: seed.atMs,
    input_tokens: seed.inputTokens ?? 10,
    output_tokens: seed.outputTokens ?? 20,
    cache_read_input_tokens: seed.cacheReadTokens ?? 0,
    cache_creation_5m_input_tokens: seed.cacheWrite5mTokens ?? 0,
    cache_creation_1h_input_tokens: seed.cacheWrite1hTokens ?? 0,
    web_search_requests: seed.webSearches ?? 0,
    thinking_tokens: 0,
    final: seed.final === false ? 0 : 1,
    cost_basis: basis,
    input_nano_usd: 0,
    output_nano_usd:
      (basis === 3 ? 0 : (seed.costNanoUsd ?? 1_000_000)) + (seed.advisor?.costNanoUsd ?? 0),
    cache_read_nano_usd: 0,
    cache_creation_nano_usd: 0,
    web_search_nano_usd: 0,
    detail: detailText(seed),
  };
}

function requestSums(
  row: ReturnType<typeof requestRow>,
  names: { session: number; project: number; model: number },
) {
  const cost = row.output_nano_usd;
  return {
    slot: Math.floor(row.at_ms / SLOT_MS),
    ...names,
    source: row.source,
    requester: row.requester,
    requests: 1,
    input_tokens: row.input_tokens,
    output_tokens: row.output_tokens,
    cache_read_input_tokens: row.cache_read_input_tokens,
    cache_creation_5m_input_tokens: row.cache_creation_5m_input_tokens,
    cache_creation_1h_input_tokens: row.cache_creation_1h_input_tokens,
    web_search_requests: row.web_search_requests,
    input_nano_usd: 0,
    output_nano_usd: cost,
    cache_read_nano_usd: 0,
    cache_creation_nano_usd: 0,
    web_search_nano_usd: 0,
    estimated_nano_usd: row.cost_basis === 2 ? cost : 0,
    unpriced_requests: row.cost_basis === 3 ? 1 : 0,
    not_final_requests: 1 - row.final,
  };
}

function detailText({
  detail,
  advisor,
  model = MODEL,
  inputTokens = 10,
  costBasis,
  costNanoUsd,
  ...seed
}: RequestSeed): string | null {
  if (advisor === undefined) {
    return detail === undefined ? null : JSON.stringify(detail);
  }
  const cost = (outputNanoUsd: number) => ({
    inputNanoUsd: 0,
    outputNanoUsd,
    cacheReadNanoUsd: 0,
    cacheCreationNanoUsd: 0,
    webSearchNanoUsd: 0,
  });
  const tokens = {
    inputTokens,
    outputTokens: seed.outputTokens ?? 20,
    cacheReadInputTokens: seed.cacheReadTokens ?? 0,
    cacheCreation5mInputTokens: seed.cacheWrite5mTokens ?? 0,
    cacheCreation1hInputTokens: seed.cacheWrite1hTokens ?? 0,
    webSearchRequests: seed.webSearches ?? 0,
  };
  const none = {
    outputTokens: 0,
    cacheReadInputTokens: 0,
    cacheCreation5mInputTokens: 0,
    cacheCreation1hInputTokens: 0,
    webSearchRequests: 0,
  };
  const parts = [
    {
      role: 'main',
      model,
      tokens,
      cost: cost(costNanoUsd ?? 0),
      estimated: costBasis === 2,
      unpriced: costBasis === 3,
    },
    {
      role: 'advisor',
      model: advisor.model,
      tokens: { inputTokens: advisor.inputTokens, ...none },
      cost: cost(advisor.costNanoUsd),
      estimated: advisor.estimated,
      unpriced: false,
    },
  ];
  return JSON.stringify({ ...detail, parts });
}

function advisorSums(
  main: ReturnType<typeof requestSums>,
  advisor: NonNullable<RequestSeed['advisor']>,
  model: number,
) {
  const zero = Object.fromEntries(Object.keys(main).map((name) => [name, 0])) as typeof main;
  const { slot, session, project, source, requester } = main;
  const keys = { slot, session, project, model, source, requester };
  const estimated = advisor.estimated ? advisor.costNanoUsd : 0;
  return {
    ...zero,
    ...keys,
    input_tokens: advisor.inputTokens,
    output_nano_usd: advisor.costNanoUsd,
    estimated_nano_usd: estimated,
  };
}

function toolCallRow(seed: ToolCallSeed, key: string) {
  return {
    key,
    line: 3,
    source: 0,
    at_ms: seed.atMs,
    success: seed.success === null ? null : Number(seed.success ?? true),
    error_class: seed.errorClass ?? null,
    duration_ms: seed.durationMs ?? null,
    lines_added: seed.linesAdded ?? null,
    lines_removed: seed.linesRemoved ?? null,
    command: seed.command ?? null,
    request_key: seed.requestKey ?? null,
  };
}

const KEY_COLUMNS = new Set([
  'slot',
  'session',
  'project',
  'model',
  'tool',
  'source',
  'requester',
  'command',
  'error_class',
  'type',
  'reason',
]);

function addSums(db: Database.Database, table: string, row: Record<string, number | string>): void {
  const names = Object.keys(row);
  const keys = names.filter((name) => KEY_COLUMNS.has(name));
  const sums = names.filter((name) => !KEY_COLUMNS.has(name));
  db.prepare(
    `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map((name) => `@${name}`).join(', ')})
     ON CONFLICT (${keys.join(', ')}) DO UPDATE SET ${sums.map((name) => `${name} = ${name} + excluded.${name}`).join(', ')}`,
  ).run(row);
}
