import type { Database } from 'better-sqlite3';
import { IDLE_GAP_MS } from '../records/activity.ts';
import { activeStretches, type Stretch } from './active-time.ts';
import type { Add } from './metric-table.ts';
import { namedProjects } from './named-projects.ts';
import { sessionLabels } from './session-metrics.ts';
import { sessionSpans } from './session-span.ts';
import { sessionUsage } from './session-usage.ts';
import { SLOT_MS } from './time-slots.ts';
import { unusedProjects } from './unused-projects.ts';

interface SlotSums {
  sessions: number;
  activeMs: number;
}

/**
 * Tells when sessions began and were at work, in order of time; each under the project that it counts for now. A session
 * is known from the first thing that happened in it.
 */
export function sessionChanges(db: Database, inSlot: (slot: number) => Add): void {
  const bySlot = new Map<number, Map<string, SlotSums>>();
  const sumsOf = (slot: number, project: string): SlotSums => {
    const projects = bySlot.get(slot) ?? new Map<string, SlotSums>();
    bySlot.set(slot, projects);
    const sums = projects.get(project) ?? { sessions: 0, activeMs: 0 };
    projects.set(project, sums);
    return sums;
  };
  const usage = sessionUsage(db, null);
  const projectOf = unusedProjects(db);
  const labelOf = sessionLabels(namedProjects(db));
  const listsOf = db
    .prepare<[number], string>('SELECT stretches_ms FROM activity WHERE session = ?')
    .pluck();
  for (const { id, startedMs } of sessionSpans(db)) {
    const project = labelOf(usage.get(id)?.project ?? projectOf(id));
    sumsOf(Math.floor(startedMs / SLOT_MS), project).sessions += 1;
    const lists = listsOf.all(id).map((text) => JSON.parse(text) as number[]);
    for (const stretch of activeStretches(lists, { startedMs, idleGapMs: IDLE_GAP_MS })) {
      for (const [slot, ms] of slotsOf(stretch)) sumsOf(slot, project).activeMs += ms;
    }
  }
  for (const [slot, projects] of [...bySlot].sort(([left], [right]) => left - right)) {
    const add = inSlot(slot);
    for (const [project, { sessions, activeMs }] of projects) {
      add('sessions', { project }, sessions);
      add('activeTime', { project }, activeMs);
    }
  }
}

/** How much of a stretch lies in each quarter of an hour. */
function* slotsOf([startMs, endMs]: Stretch): Generator<readonly [slot: number, ms: number]> {
  for (let fromMs = startMs; fromMs < endMs;) {
    const slot = Math.floor(fromMs / SLOT_MS);
    const toMs = Math.min(endMs, (slot + 1) * SLOT_MS);
    yield [slot, toMs - fromMs];
    fromMs = toMs;
  }
}
