import type { Database } from 'better-sqlite3';
import type { StatsFiles } from '../../records/stats-files.ts';
import { localKey } from '../local-time.ts';
import { SLOT_MS } from '../time-slots.ts';
import type { TimeZone } from '../time-zone.ts';
import { addCount, topCounts } from './rates.ts';

const TYPES = 10;
const DAYS = 30;

/** Names that readers of this file know some types by. */
const FILE_NAMES: Readonly<Record<string, string>> = {
  user_prompt: 'query',
  session_started: 'session_start',
  session_ended: 'session_end',
};

/** Tool calls and everything else that happened besides requests, by kind, and by local day for the newest days. */
export function activityStats(db: Database, zone: TimeZone): StatsFiles['activity-stats.json'] {
  const calls = Number(db.prepare('SELECT coalesce(sum(calls), 0) FROM total_tool').pluck().get());
  const occurrences = db
    .prepare<[], { type: string; count: number }>(
      'SELECT type, sum(occurrences) AS count FROM rollup_occurrence GROUP BY type',
    )
    .all();
  const byType: [string, number][] = [
    ['tool_use', calls],
    ...occurrences.map(({ type, count }): [string, number] => [FILE_NAMES[type] ?? type, count]),
  ];
  return {
    total_events: byType.reduce((sum, [, count]) => sum + count, 0),
    by_type: topCounts(byType, TYPES),
    daily_activity: newestDays(db, zone),
  };
}

const NEWEST_FIRST = [
  'SELECT slot, calls AS count FROM rollup_tool WHERE calls > 0 ORDER BY slot DESC',
  'SELECT slot, occurrences AS count FROM rollup_occurrence WHERE occurrences > 0 ORDER BY slot DESC',
];

/** Days on which something happened; a day that is among the newest of all is among the newest of each table. */
function newestDays(db: Database, zone: TimeZone): Record<string, number> {
  const days = new Map<string, number>();
  for (const sql of NEWEST_FIRST) {
    const seen = new Set<string>();
    for (const { slot, count } of db.prepare<[], { slot: number; count: number }>(sql).iterate()) {
      const day = localKey(zone, 'day', slot * SLOT_MS);
      if (seen.size === DAYS && !seen.has(day)) {
        break;
      }
      seen.add(day);
      addCount(days, day, count);
    }
  }
  const newest = [...days].sort(([a], [b]) => (a > b ? -1 : 1)).slice(0, DAYS);
  return Object.fromEntries(newest);
}
