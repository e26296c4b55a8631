/** A store with as many requests as a team makes in a year, written by SQL because reading that much would take longer. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { MIGRATIONS } from '../../src/store/open.ts';
import { TOOL_SUMS_SQL } from '../support/tool-sums-sql.ts';

/** How large. */
export interface LargeStoreOptions {
  readonly home: string;
  readonly requests: number;
  readonly nowMs: number;
}

const STORE = new URL('../../src/store/', import.meta.url);
const DAY_MS = 86_400_000;
const SLOT_MS = 900_000;
const DAYS = 90;
const REQUESTS_PER_SESSION = 50;
const PROJECTS = 20;
const MODELS = ['claude-opus-5-5', 'claude-sonnet-5-5', 'claude-haiku-5-5', 'claude-opus-4-6'];
const TOOLS = ['Bash', 'Read', 'Edit', 'Write', 'Grep', 'Glob', 'WebFetch', 'TodoWrite'];

const REQUEST_SUMS = `count(*), sum(input_tokens), sum(output_tokens), sum(cache_read_input_tokens),
  sum(cache_creation_5m_input_tokens), sum(cache_creation_1h_input_tokens), sum(web_search_requests),
  sum(input_nano_usd), sum(output_nano_usd), sum(cache_read_nano_usd), sum(cache_creation_nano_usd),
  sum(web_search_nano_usd), 0, 0, 0`;

/** Sessions one after the other over 90 days; the last ones are active now. A request in two has a tool call. */
export function writeLargeStore({ home, requests, nowMs }: LargeStoreOptions): void {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const db = new Database(join(home, 'hall-monitor.db'));
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = OFF');
  for (const name of MIGRATIONS)
    db.exec(readFileSync(new URL(`migrations/${name}`, STORE), 'utf8'));
  db.pragma(`user_version = ${MIGRATIONS.length}`);
  const sessions = Math.ceil(requests / REQUESTS_PER_SESSION);
  const startMs = nowMs - DAYS * DAY_MS;
  const values = { requests, sessions, startMs, stepMs: (DAYS * DAY_MS - 1000) / requests };
  const each = (count: keyof typeof values): string =>
    `WITH RECURSIVE n (i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < @${count})`;
  db.transaction(() => {
    MODELS.forEach((name) => db.prepare('INSERT INTO model (name) VALUES (?)').run(name));
    TOOLS.forEach((name) => db.prepare('INSERT INTO tool (name) VALUES (?)').run(name));
    for (let project = 1; project <= PROJECTS; project++) {
      db.prepare('INSERT INTO project (path) VALUES (?)').run(`/home/dev/work/project-${project}`);
    }
    const fill = (sql: string): void => void db.prepare(sql).run(values);
    fill(
      `${each('sessions')} INSERT INTO session SELECT i + 1, printf('%08x-0000-4000-8000-%012x', i * 2654435761 % 4294967296, i) FROM n`,
    );
    fill(`${each('sessions')} INSERT INTO origin (id, source, path, first_at_ms, written_at_ms, session, lines, bytes)
      SELECT i + 1, 'transcript', printf('/claude/projects/p/%d.jsonl', i), CAST(@startMs + i * ${REQUESTS_PER_SESSION} * @stepMs AS INTEGER),
        @startMs + (i + 1) * ${REQUESTS_PER_SESSION} * @stepMs, i + 1, 200, 400000 FROM n`);
    fill(`${each('requests')} INSERT INTO request (id, key, request_id, session, project, model, owner, origin, line, source, requester,
        at_ms, end_ms, input_tokens, output_tokens, cache_read_input_tokens, cache_creation_5m_input_tokens,
        cache_creation_1h_input_tokens, web_search_requests, thinking_tokens, final, cost_basis, input_nano_usd, output_nano_usd,
        cache_read_nano_usd, cache_creation_nano_usd, web_search_nano_usd)
      SELECT i + 1, printf('msg_01%022d', i), printf('req_01%022d', i), s, s % ${PROJECTS} + 1, s % ${MODELS.length} + 1, s, s, i % 200 + 1, 0, i % 7 = 0,
        at, at + 4000, i % 40 + 1, i * 7919 % 3000 + 1, i * 104729 % 150000, i * 31 % 4000, i * 17 % 900, 0, 0, 1, 0,
        (i % 40 + 1) * 4000, (i * 7919 % 3000 + 1) * 20000, i * 104729 % 150000 * 200, i * 31 % 4000 * 5000 + i * 17 % 900 * 8000, 0
      FROM (SELECT i, i / ${REQUESTS_PER_SESSION} + 1 AS s, CAST(@startMs + i * @stepMs AS INTEGER) AS at FROM n)`);
    fill(`${each('requests')} INSERT INTO tool_call (key, session, project, tool, owner, line, source, request_key, at_ms, result_at_ms, success, duration_ms, duration_source)
      SELECT printf('toolu_01%020d', i), s, s % ${PROJECTS} + 1, i / 2 % ${TOOLS.length} + 1, s, i % 200 + 1, 0, printf('msg_01%022d', i), at, at + i % 3000, i % 31 <> 0, i % 3000, 'timestamps'
      FROM (SELECT i, i / ${REQUESTS_PER_SESSION} + 1 AS s, CAST(@startMs + i * @stepMs AS INTEGER) AS at FROM n WHERE i % 2 = 0)`);
  })();
  db.exec(`
    INSERT INTO event (kind, ref, revision) SELECT 0, id, 0 FROM request ORDER BY id;
    INSERT INTO event (kind, ref, revision) SELECT 1, id, 0 FROM tool_call ORDER BY id;
    INSERT INTO rollup_request SELECT at_ms / ${SLOT_MS}, session, project, model, source, requester, ${REQUEST_SUMS} FROM request GROUP BY 1, 2, 3, 4, 5, 6;
    INSERT INTO total_request SELECT project, model, source, requester, ${REQUEST_SUMS} FROM request GROUP BY 1, 2, 3, 4;
    INSERT INTO rollup_tool SELECT at_ms / ${SLOT_MS}, session, project, tool, source, ${TOOL_SUMS_SQL} FROM tool_call GROUP BY 1, 2, 3, 4, 5;
    INSERT INTO total_tool SELECT project, tool, source, ${TOOL_SUMS_SQL} FROM tool_call GROUP BY 1, 2, 3;
    INSERT INTO total_call SELECT tool, coalesce(command, ''), CASE WHEN success = 0 THEN coalesce(error_class, 'other') ELSE '' END, count(*) FROM tool_call GROUP BY 1, 2, 3;
    INSERT INTO activity SELECT session, owner, json_array(min(at_ms), max(at_ms)), max(at_ms) FROM request GROUP BY 1, 2;`);
  db.exec(readFileSync(new URL('indexes.sql', STORE), 'utf8'));
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
}
