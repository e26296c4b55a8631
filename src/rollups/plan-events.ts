import type { Database } from 'better-sqlite3';
import { InputError } from '../errors.ts';
import type { FeatureStatus, PlanEvent, PlanEventType } from '../records/plan.ts';
import {
  planEvent,
  planEventsSql,
  UNKNOWN_SESSION,
  type NamedPlanEvent,
} from '../store/read-plan-event.ts';
import { ANY_NAME, resolveFilter } from './filter.ts';
import { knownPlans } from './plan-names.ts';
import type { TimeRange } from './time-slots.ts';

/** Which plan events; null means no restriction. */
export interface PlanEventQuery extends TimeRange {
  /** Name of a plan, or its public id. */
  readonly plan: string | null;
  readonly project: string | null;
  readonly eventType: PlanEventType | null;
  /** Id of a feature as its manifest gives it. */
  readonly feature: string | null;
  readonly status: FeatureStatus | null;
  /** Id of a session or the beginning of one; `unknown` for events whose author nobody knows. */
  readonly session: string | null;
  readonly order: 'desc' | 'asc';
  readonly limit: number;
  /** What an earlier page gave as `next`. */
  readonly cursor: string | null;
}

/** A page of plan events; `next` is null on the last one. */
export interface PlanEventPage {
  readonly events: readonly PlanEvent[];
  readonly next: string | null;
}

/**
 * Reads plan events in order of time, and of telling where they share a moment.
 *
 * @throws InputError for a cursor that is none of ours, or the beginning of several sessions' ids.
 */
export function planEventPage(db: Database, query: PlanEventQuery): PlanEventPage {
  const { sql, values } = conditions(db, query);
  const { order, limit } = query;
  const where = sql.length === 0 ? '' : ` WHERE ${sql.join(' AND ')}`;
  const from = `(SELECT id AS ref FROM plan_event${where} ORDER BY at_ms ${order}, id ${order} LIMIT ?) x`;
  const rows = db
    .prepare<unknown[], NamedPlanEvent>(
      `${planEventsSql(from)} ORDER BY e.at_ms ${order}, e.id ${order}`,
    )
    .all(...values, limit + 1);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const isLast = last === undefined || page.length === rows.length;
  return { events: page.map(planEvent), next: isLast ? null : `${last.at_ms}.${last.id}` };
}

interface Conditions {
  readonly sql: string[];
  readonly values: (string | number)[];
}

function conditions(db: Database, query: PlanEventQuery): Conditions {
  const found: Conditions = { sql: [], values: [] };
  const add = (sql: string, ...values: readonly (string | number)[]): void => {
    found.sql.push(sql);
    found.values.push(...values);
  };
  if (query.plan !== null || query.project !== null) {
    add(
      `plan IN (${knownPlans(db, query)
        .map(({ id }) => id)
        .join(', ')})`,
    );
  }
  if (query.eventType !== null) add('type = ?', query.eventType);
  if (query.feature !== null) add('feature_id = ?', query.feature);
  if (query.status !== null) add('status = ?', query.status);
  if (query.session !== null) add(sessionSql(db, query.session));
  if (query.sinceMs !== null) add('at_ms >= ?', query.sinceMs);
  if (query.untilMs !== null) add('at_ms < ?', query.untilMs);
  if (query.cursor !== null) {
    add(`(at_ms, id) ${query.order === 'desc' ? '<' : '>'} (?, ?)`, ...readCursor(query.cursor));
  }
  return found;
}

function sessionSql(db: Database, session: string): string {
  if (session === UNKNOWN_SESSION) {
    return 'session IS NULL';
  }
  return `session IN (${(resolveFilter(db, { ...ANY_NAME, session }).sessions ?? []).join(', ')})`;
}

function readCursor(text: string): readonly [number, number] {
  const [, atMs, id] = /^(-?\d{1,16})\.(\d{1,16})$/.exec(text) ?? [];
  if (atMs === undefined || id === undefined) {
    throw new InputError('The cursor is not one of ours.', {
      hint: 'Take `next` of the page before, unchanged.',
    });
  }
  return [Number(atMs), Number(id)];
}
