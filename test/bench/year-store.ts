/** A store with the sums of a year of work, written by SQL; single requests, which a history does not need, are not in it. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { MIGRATIONS } from '../../src/store/open.ts';
import { TOOL_SUMS } from '../../src/store/tool-sums.ts';

/** Which year, and how much of it. */
export interface YearStoreOptions {
  readonly home: string;
  /** Projects, each of which is worked on with one model on every working day. */
  readonly projects: number;
  readonly endMs: number;
}

const STORE = new URL('../../src/store/', import.meta.url);
const DAY_MS = 86_400_000;
const SLOTS_PER_DAY = 96;
const DAYS = 365;
/** Nine to twelve and one to six. */
const WORKING_SLOTS = [...range(36, 48), ...range(52, 72)];
const SESSION_DAYS = 1;

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

/** Five days a week, in three of four quarters of an hour from nine to six, every project. */
export function writeYearStore({ home, projects, endMs }: YearStoreOptions): void {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const db = new Database(join(home, 'hall-monitor.db'));
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = OFF');
  for (const name of MIGRATIONS)
    db.exec(readFileSync(new URL(`migrations/${name}`, STORE), 'utf8'));
  db.exec(readFileSync(new URL('indexes.sql', STORE), 'utf8'));
  db.pragma(`user_version = ${MIGRATIONS.length}`);
  const firstDay = Math.floor(endMs / DAY_MS) - DAYS;
  const request = db.prepare(
    `INSERT INTO rollup_request VALUES (?, ?, ?, ?, 0, 0, 12, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, 0, 0, 0, 0)`,
  );
  const tool = db.prepare(
    `INSERT INTO rollup_tool (slot, session, project, tool, source, calls, failures, denied, timed_calls, duration_ms, bucketed_ms, successes, took_5000_ms)
     VALUES (?1, ?2, ?3, ?4, 0, 9, 1, 0, 8, ?5, ?5, 8, 8)`,
  );
  db.transaction(() => {
    for (const name of ['claude-opus-5-5', 'claude-sonnet-5-5', 'claude-haiku-5-5'])
      db.prepare('INSERT INTO model (name) VALUES (?)').run(name);
    db.prepare("INSERT INTO tool (name) VALUES ('Bash')").run();
    for (let project = 1; project <= projects; project++)
      db.prepare('INSERT INTO project (path) VALUES (?)').run(`/home/dev/work/project-${project}`);
    let count = 0;
    for (let day = firstDay; day < firstDay + DAYS; day++) {
      // 1970-01-01 was a Thursday.
      if ((day + 3) % 7 > 4) continue;
      for (const slot of WORKING_SLOTS) {
        for (let project = 1; project <= projects; project++) {
          count += 1;
          if ((count * 2_654_435_761) % 4 === 0) continue;
          const session = Math.floor((day - firstDay) / SESSION_DAYS) * projects + project;
          const at = day * SLOTS_PER_DAY + slot;
          const [a, b] = [(count * 7_919) % 3_000, (count * 104_729) % 900_000];
          request.run(
            at,
            session,
            project,
            (project % 3) + 1,
            40,
            a,
            b,
            a,
            0,
            160_000,
            a * 20_000,
            b * 200,
            a * 5_000,
          );
          tool.run(at, session, project, 1, a * 10);
        }
      }
    }
    db.exec(`
      INSERT INTO session SELECT DISTINCT session, printf('session-%d', session) FROM rollup_request;
      INSERT INTO total_request SELECT project, model, source, requester, sum(requests), sum(input_tokens), sum(output_tokens),
        sum(cache_read_input_tokens), sum(cache_creation_5m_input_tokens), sum(cache_creation_1h_input_tokens), 0, sum(input_nano_usd),
        sum(output_nano_usd), sum(cache_read_nano_usd), sum(cache_creation_nano_usd), 0, 0, 0, 0 FROM rollup_request GROUP BY 1, 2, 3, 4;
      INSERT INTO total_tool SELECT project, tool, source, ${TOOL_SUMS.map((name) => `sum(${name})`).join(', ')} FROM rollup_tool GROUP BY 1, 2, 3;`);
  })();
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
}
