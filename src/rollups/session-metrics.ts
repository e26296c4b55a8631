/** What the metrics show of sessions, each of which counts for the project in which it spent most. */
import type { Database } from 'better-sqlite3';
import { activeSessions } from './active-sessions.ts';
import { OTHER, UNKNOWN } from './metric-series.ts';
import type { Add } from './metric-table.ts';
import { labelsByPath, type NamedProjects } from './named-projects.ts';
import { sessionTimes } from './session-times.ts';

/** Gives the label of a project by its path; '' is the unknown one. */
export function sessionLabels(named: NamedProjects): (path: string) => string {
  const labels = labelsByPath(named);
  return (path) => labels.get(path) ?? (path === '' ? UNKNOWN : OTHER);
}

/** Adds the series of sessions. */
export function addSessions(
  db: Database,
  { labelOf, nowMs }: { readonly labelOf: (path: string) => string; readonly nowMs: number },
  add: Add,
): void {
  for (const [path, { sessions, activeMs }] of sessionTimes(db)) {
    const project = labelOf(path);
    add('sessions', { project }, sessions);
    add('activeTime', { project }, activeMs);
    add('activeSessions', { project }, 0);
  }
  for (const { project } of activeSessions(db, nowMs)) {
    add('activeSessions', { project: labelOf(project) }, 1);
  }
}
