/** How many sessions there are, and how long they were at work, by project: what a list of all of them adds up to. */
import type { Database } from 'better-sqlite3';
import { EVENT_KINDS } from '../store/rows.ts';
import { sessionSpans, type SessionSpan } from './session-span.ts';
import { summariseSessions } from './summarise-sessions.ts';
import { createTimeZone } from './time-zone.ts';

/** Figures of all sessions of a project. */
export interface SessionTimes {
  readonly sessions: number;
  readonly activeMs: number;
}

interface Figure {
  readonly project: string;
  readonly activeMs: number;
}

interface Known {
  /** Last line of the log when the sessions were looked at. */
  seq: number;
  /** How far rows had left the store then; what is known of a session may be less without them. */
  readonly left: string;
  readonly bySession: Map<number, Figure>;
  readonly byProject: Map<string, SessionTimes>;
}

/** Of more sessions at a time, all of every table would be read. */
const AT_A_TIME = 400;

const KNOWN = new WeakMap<Database, Known>();

/**
 * Figures by path of the project, as of the transaction at hand. All sessions are looked at the first time that a
 * database is asked, and after rows have left the store; else only those that have changed: the log tells of them, or is
 * about to.
 */
export function sessionTimes(db: Database): ReadonlyMap<string, SessionTimes> {
  const seq = Number(db.prepare('SELECT coalesce(max(seq), 0) FROM event').pluck().get());
  const left = leftSoFar(db);
  const known = KNOWN.get(db);
  if (known === undefined || known.left !== left) {
    const fresh: Known = { seq, left, bySession: new Map(), byProject: new Map() };
    keep(db, sessionSpans(db), fresh);
    KNOWN.set(db, fresh);
    return fresh.byProject;
  }
  const changed = changedSince(db, known.seq);
  for (let from = 0; from < changed.length; from += AT_A_TIME) {
    const some = changed.slice(from, from + AT_A_TIME);
    for (const id of some) forget(id, known);
    keep(db, sessionSpans(db, some), known);
  }
  known.seq = seq;
  return known.byProject;
}

function leftSoFar(db: Database): string {
  const row = db
    .prepare(
      `SELECT (SELECT total(n) FROM gone_count) AS counted, (SELECT total(last_at_ms) FROM gone_span) AS spans,
         since_ms, seq FROM hot_window`,
    )
    .get();
  return JSON.stringify(row ?? null);
}

/** Sessions that were told anew in the log since then, or have changed and will be. */
function changedSince(db: Database, seq: number): readonly number[] {
  const kind = EVENT_KINDS.session;
  return db
    .prepare<[number], number>(
      `SELECT ref FROM document WHERE kind = ${kind} AND due = 1
       UNION SELECT ref FROM event WHERE seq > ? AND kind = ${kind}`,
    )
    .pluck()
    .all(seq);
}

function keep(db: Database, spans: readonly SessionSpan[], known: Known): void {
  const view = { timezone: 'UTC', zone: createTimeZone('UTC'), nowMs: 0 };
  const summaries = summariseSessions(db, spans, view);
  for (const [index, { project, duration_active_ms: activeMs }] of summaries.entries()) {
    known.bySession.set(spans[index]!.id, { project, activeMs });
    add(known, { project, activeMs }, 1);
  }
}

function forget(id: number, known: Known): void {
  const figure = known.bySession.get(id);
  if (figure === undefined) return;
  known.bySession.delete(id);
  add(known, figure, -1);
}

function add({ byProject }: Known, { project, activeMs }: Figure, sign: 1 | -1): void {
  const sums = byProject.get(project) ?? { sessions: 0, activeMs: 0 };
  const sessions = sums.sessions + sign;
  if (sessions === 0) byProject.delete(project);
  else byProject.set(project, { sessions, activeMs: sums.activeMs + sign * activeMs });
}
