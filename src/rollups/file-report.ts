import type { Database } from 'better-sqlite3';
import { READING_TOOLS, WRITING_TOOLS } from '../records/tool-names.ts';
import { filterSql, type IdFilter } from './filter.ts';
import type { TimeRange } from './time-slots.ts';

/** What tools did with a file. */
export interface FileFigures {
  readonly reads: number;
  /** Calls that create or change it. */
  readonly writes: number;
  readonly calls: number;
  /** Calls that ran and did not succeed. */
  readonly failures: number;
  readonly lines_added: number;
  readonly lines_removed: number;
}

const NO_ACCESS: FileFigures = {
  reads: 0,
  writes: 0,
  calls: 0,
  failures: 0,
  lines_added: 0,
  lines_removed: 0,
};

const sqlList = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(', ');

/** Tools of Claude Code that change the file they name, as a list of SQL texts. */
export const WRITING_TOOLS_SQL = sqlList(WRITING_TOOLS);

/** Tools of Claude Code that read the file they name, as a list of SQL texts. */
export const READING_TOOLS_SQL = sqlList(READING_TOOLS);

/** Figures of each file, the most used first; only calls that are not yet pruned are known by file. */
export function fileTable(
  db: Database,
  {
    range,
    filter,
  }: { readonly range: TimeRange; readonly filter: Pick<IdFilter, 'projects' | 'sessions'> },
): {
  readonly rows: readonly ({ readonly file: string } & FileFigures)[];
  readonly totals: FileFigures;
} {
  const since = range.sinceMs === null ? '' : ` AND at_ms >= ${range.sinceMs}`;
  const until = range.untilMs === null ? '' : ` AND at_ms < ${range.untilMs}`;
  const rows = db
    .prepare<[], { file: string } & FileFigures>(
      `SELECT file.path AS file, reads, writes, calls, failures, lines_added, lines_removed FROM (
         SELECT file AS id,
           sum(name IN (${READING_TOOLS_SQL})) AS reads,
           sum(name IN (${WRITING_TOOLS_SQL})) AS writes,
           count(*) AS calls,
           sum(success IS 0 AND error_class IS NOT 'denied') AS failures,
           coalesce(sum(lines_added), 0) AS lines_added,
           coalesce(sum(lines_removed), 0) AS lines_removed
         FROM tool_call JOIN tool ON tool.id = tool_call.tool
         WHERE file IS NOT NULL${since}${until}${filterSql({ projects: filter.projects, sessions: filter.sessions })}
         GROUP BY file
       ) JOIN file USING (id) ORDER BY calls DESC, file.path`,
    )
    .all();
  return { rows, totals: rows.reduce<FileFigures>(addAccess, NO_ACCESS) };
}

function addAccess(a: FileFigures, b: FileFigures): FileFigures {
  return {
    reads: a.reads + b.reads,
    writes: a.writes + b.writes,
    calls: a.calls + b.calls,
    failures: a.failures + b.failures,
    lines_added: a.lines_added + b.lines_added,
    lines_removed: a.lines_removed + b.lines_removed,
  };
}
