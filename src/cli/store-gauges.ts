import type { Database } from 'better-sqlite3';
import { agreement, type SourceOverlap } from '../rollups/agreement.ts';
import { projectContexts } from '../rollups/project-contexts.ts';
import { createProjectNames } from '../rollups/project-names.ts';
import { lastEntries } from '../rollups/source-status.ts';
import { isStoreFilled } from '../rollups/store-filled.ts';
import { atMostEvery } from '../runtime/at-most-every.ts';
import type { Gauges, Reading } from '../runtime/gauges.ts';

const DAY_MS = 86_400_000;
const AGREEMENT_EVERY_MS = 60_000;
const SOURCES_EVERY_MS = 5_000;

/**
 * Offers what the store tells of this moment: contexts, whether sources agree, and when they last told anything. While
 * the store is filled for the first time it has no indexes, and these gauges show nothing.
 */
export function offerStoreGauges(gauges: Gauges, db: Database, now: () => number): void {
  const offer = (name: string, read: () => readonly Reading[]): void =>
    gauges.offer(name, () => (isStoreFilled(db) ? read() : []));
  const nameOf = createProjectNames(db);
  offer('hall_monitor_context_tokens', () => contextReadings(db, now(), nameOf));
  const seen = atMostEvery(SOURCES_EVERY_MS, now, () =>
    [...lastEntries(db)].map(([source, atMs]) => ({ labels: { source }, value: atMs / 1_000 })),
  );
  offer('hall_monitor_source_last_seen_timestamp_seconds', seen);
  const compared = atMostEvery(AGREEMENT_EVERY_MS, now, () => compare(db, now()));
  offer('hall_monitor_agreement_records', () => compared().records);
  offer('hall_monitor_agreement_ratio', () => compared().ratio);
  offer('hall_monitor_agreement_cost_usd', () => compared().cost);
}

function contextReadings(
  db: Database,
  nowMs: number,
  nameOf: (path: string) => string,
): readonly Reading[] {
  const shown = new Set<string>();
  return projectContexts(db, nowMs).flatMap((context) => {
    const project = nameOf(context.project);
    // Projects that are not told apart share a name; the latest has it.
    if (shown.has(project)) return [];
    shown.add(project);
    return [
      { labels: { project, type: 'input' }, value: context.input_tokens },
      { labels: { project, type: 'cache_read' }, value: context.cache_read_input_tokens },
      { labels: { project, type: 'cache_creation' }, value: context.cache_creation_input_tokens },
    ];
  });
}

function compare(db: Database, nowMs: number): Record<'records' | 'ratio' | 'cost', Reading[]> {
  const { tool_calls, prompts, share, cost } = agreement(db, {
    sinceMs: nowMs - DAY_MS,
    untilMs: nowMs,
  });
  const isHeard = db.prepare('SELECT 1 FROM hook_event LIMIT 1').get() !== undefined;
  return {
    records: isHeard ? [...records('tool_calls', tool_calls), ...records('prompts', prompts)] : [],
    ratio: share === null ? [] : [{ labels: {}, value: share }],
    cost:
      cost === null
        ? []
        : [
            { labels: { source: 'hall_monitor' }, value: cost.cost_usd },
            { labels: { source: 'client' }, value: cost.client_cost_usd },
          ],
  };
}

function records(kind: string, { both, transcripts_only, hooks_only }: SourceOverlap): Reading[] {
  return Object.entries({ both, transcripts_only, hooks_only }).map(([seen_by, value]) => ({
    labels: { kind, seen_by },
    value,
  }));
}
