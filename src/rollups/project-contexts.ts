import type { Database } from 'better-sqlite3';
import { contextStatus, type ContextStatus } from './context-status.ts';

const DAY_MS = 86_400_000;
/** More sessions of a day than these, the latest, are not looked at. */
const MAX_SESSIONS = 1_000;
const MAX_PROJECTS = 100;

/**
 * How full the context of each project is: that of the session that was last at work in it within 24 hours. The project
 * that was last at work comes first; there are 100 at most.
 */
export function projectContexts(db: Database, nowMs: number): readonly ContextStatus[] {
  const sessions = contextStatus(db, {
    activeSinceMs: nowMs - DAY_MS,
    nowMs,
    filter: { projects: null, sessions: null },
    limit: MAX_SESSIONS,
  });
  return [...Map.groupBy(sessions, ({ project }) => project).values()]
    .flatMap(([latest]) => latest ?? [])
    .slice(0, MAX_PROJECTS);
}
