import type { Database } from 'better-sqlite3';
import { nanoFromUsd } from '../records/money.ts';
import { ANY_NAME, resolveFilter } from './filter.ts';
import { localKey } from './local-time.ts';
import { OTHER } from './metric-series.ts';
import { namedProjects } from './named-projects.ts';
import { type LocalMoment, spendByProject, spendRange } from './spend.ts';
import { SLOT_MS } from './time-slots.ts';
import { sumUsage } from './usage-sums.ts';

/** What may be spent, in US dollars; null: as much as it takes. */
export interface BudgetLimits {
  readonly dayUsd: number | null;
  readonly sessionUsd: number | null;
  /** By the path of a project, or by what metrics call it. */
  readonly projects: Readonly<Record<string, { readonly dayUsd: number }>>;
}

/** How much of one budget is used. */
export interface BudgetUse {
  readonly budget: 'day' | 'session' | 'project';
  /** What metrics call the project; '' for a day, which is of all projects, and for a session. */
  readonly project: string;
  readonly sessionId: string | null;
  /** The local day, such as 2026-11-26; of a session its id. */
  readonly period: string;
  readonly limitNanoUsd: number;
  readonly usedNanoUsd: number;
}

/** More sessions than these, the dearest ones, are never told of. */
const MAX_SESSIONS = 100;
/** More sessions than these have not been at work on one day. */
const MAX_AT_WORK = 10_000;

/** Every budget there is and what has been spent of it: of the day, of each project, of the sessions at work today, dearest first. */
export function budgetUses(
  db: Database,
  limits: BudgetLimits,
  at: LocalMoment,
): readonly BudgetUse[] {
  const range = spendRange('today', at);
  const period = localKey(at.zone, 'day', at.nowMs);
  const today = spendByProject(db, range);
  return [
    ...(limits.dayUsd === null ? [] : [dayUse(limits.dayUsd, today, period)]),
    ...projectUses(db, { limits, today, period }),
    ...(limits.sessionUsd === null ? [] : sessionUses(db, limits.sessionUsd, range.sinceMs)),
  ];
}

function dayUse(limitUsd: number, today: ReadonlyMap<number, number>, period: string): BudgetUse {
  const usedNanoUsd = [...today.values()].reduce((sum, nanoUsd) => sum + nanoUsd, 0);
  const limitNanoUsd = nanoFromUsd(limitUsd);
  return { budget: 'day', project: '', sessionId: null, period, limitNanoUsd, usedNanoUsd };
}

function projectUses(
  db: Database,
  {
    limits,
    today,
    period,
  }: {
    readonly limits: BudgetLimits;
    readonly today: ReadonlyMap<number, number>;
    readonly period: string;
  },
): readonly BudgetUse[] {
  const { projects, labels } = namedProjects(db);
  const uses = Object.entries(limits.projects).map(([name, { dayUsd }]): BudgetUse => {
    const known =
      projects.find(({ path }) => path === name) ??
      projects.find(({ id }) => labels.get(id) === name);
    return {
      budget: 'project',
      project: known === undefined ? name : (labels.get(known.id) ?? OTHER),
      sessionId: null,
      period,
      limitNanoUsd: nanoFromUsd(dayUsd),
      usedNanoUsd: known === undefined ? 0 : (today.get(known.id) ?? 0),
    };
  });
  // One that is given by its path and by its name has the smaller budget.
  return [...Map.groupBy(uses, ({ project }) => project).values()].map((same) =>
    same.reduce((least, use) => (use.limitNanoUsd < least.limitNanoUsd ? use : least)),
  );
}

/** A session is counted whole, also what it spent before today. */
function sessionUses(db: Database, limitUsd: number, sinceMs: number): readonly BudgetUse[] {
  const atWork = db
    .prepare<[number], number>(
      `SELECT DISTINCT session FROM rollup_request WHERE slot >= ? LIMIT ${MAX_AT_WORK}`,
    )
    .pluck()
    .all(Math.floor(sinceMs / SLOT_MS));
  if (atWork.length === 0) return [];
  const filter = { ...resolveFilter(db, ANY_NAME), sessions: atWork };
  const sums = sumUsage(db, 'session', { range: { sinceMs: null, untilMs: null }, filter });
  const dearest = [...sums]
    .sort(([, a], [, b]) => b.cost_nano_usd - a.cost_nano_usd)
    .slice(0, MAX_SESSIONS);
  const idOf = db.prepare<[number], string>('SELECT session_id FROM session WHERE id = ?').pluck();
  return dearest.map(([session, { cost_nano_usd: usedNanoUsd }]) => {
    const sessionId = idOf.get(session) ?? '';
    const limitNanoUsd = nanoFromUsd(limitUsd);
    return {
      budget: 'session',
      project: '',
      sessionId,
      period: sessionId,
      limitNanoUsd,
      usedNanoUsd,
    };
  });
}
