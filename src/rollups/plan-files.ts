import type { Database } from 'better-sqlite3';
import { prepared } from '../store/prepared.ts';
import { READING_TOOLS_SQL, WRITING_TOOLS_SQL } from './file-report.ts';
import type { KnownPlan } from './plan-names.ts';

/** A file that was read or written for a plan; calls that failed do not count. */
export interface TouchedFile {
  /** Relative to the project where it lies below it or below another checkout of it, else whole. */
  readonly path: string;
  readonly reads: number;
  readonly writes: number;
}

/** A touched file, and for which attempt; attempt 0 is what belongs to no feature. */
export type AttemptFile = TouchedFile & { readonly activation: number; readonly attempt: number };

/** What a feature was to change against what it did. */
export interface PlannedFiles {
  /** Files that it was to change and did; null where it names none. */
  readonly touched_planned: readonly string[] | null;
  /** Others that it changed, the plan's own left out; null where it names none. */
  readonly touched_unplanned: readonly string[] | null;
}

const TOUCHING = `plan_tool_call s JOIN tool_call t ON t.id = s.tool_call JOIN tool ON tool.id = t.tool
  WHERE s.plan = ? AND t.file IS NOT NULL AND t.success IS NOT 0 AND tool.name IN (${READING_TOOLS_SQL}, ${WRITING_TOOLS_SQL})`;

/** Every file that was touched for a plan, by attempt. */
export function attemptFiles(db: Database, plan: KnownPlan): readonly AttemptFile[] {
  const rows = prepared<[number], AttemptFile>(
    db,
    `SELECT activation, attempt, file.path AS path, reads, writes FROM (
         SELECT s.activation, s.attempt, t.file, sum(tool.name IN (${READING_TOOLS_SQL})) AS reads,
           sum(tool.name IN (${WRITING_TOOLS_SQL})) AS writes
         FROM ${TOUCHING} GROUP BY 1, 2, 3
       ) JOIN file ON file.id = file ORDER BY activation, attempt, path`,
  ).all(plan.id);
  const relative = relativeTo(checkoutsOf(db, plan));
  return rows.map((row) => ({ ...row, path: relative(row.path) }));
}

/** The same files over several attempts, each once. */
export function mergeFiles(files: readonly AttemptFile[]): readonly TouchedFile[] {
  const merged = new Map<string, TouchedFile>();
  for (const { path, reads, writes } of files) {
    const known = merged.get(path);
    merged.set(path, {
      path,
      reads: reads + (known?.reads ?? 0),
      writes: writes + (known?.writes ?? 0),
    });
  }
  return [...merged.values()];
}

/** Compares the files that a feature names with those that were written for it. */
export function plannedFiles(
  planned: readonly string[],
  touched: readonly TouchedFile[],
  planName: string,
): PlannedFiles {
  if (planned.length === 0) {
    return { touched_planned: null, touched_unplanned: null };
  }
  const wanted = new Set(planned.map(withoutDot));
  const own = [`dev/active/${planName}/`, `dev/complete/${planName}/`];
  const written = touched.filter(({ writes }) => writes > 0).map(({ path }) => path);
  return {
    touched_planned: written.filter((path) => wanted.has(path)),
    touched_unplanned: written.filter(
      (path) => !wanted.has(path) && !own.some((folder) => path.startsWith(folder)),
    ),
  };
}

const withoutDot = (path: string): string => path.replaceAll('\\', '/').replace(/^(?:\.\/)+/, '');

/** Folders that hold the plan's project, the deepest first, since one checkout may lie in another. */
function checkoutsOf(db: Database, { id, repository }: KnownPlan): readonly string[] {
  const paths = prepared<[number], string>(
    db,
    'SELECT DISTINCT path FROM plan_checkout WHERE plan = ?',
  )
    .pluck()
    .all(id);
  return [...new Set([repository, ...paths])].sort((a, b) => b.length - a.length);
}

function relativeTo(folders: readonly string[]): (path: string) => string {
  return (path) => {
    const folder = folders.find(
      (each) => path.startsWith(each) && /^[\\/]/.test(path.slice(each.length)),
    );
    return folder === undefined ? path : withoutDot(path.slice(folder.length + 1));
  };
}
