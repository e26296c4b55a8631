import type { StatsFiles } from '../../records/stats-files.ts';
import { localKey } from '../local-time.ts';
import type { SessionSummary } from '../session-summary.ts';
import type { TimeZone } from '../time-zone.ts';
import { addCount, topCounts } from './rates.ts';

const HOURS = 5;
const PEAK = 0.7;
const MINUTE_MS = 60_000;

type Measured = Pick<SessionSummary, 'messages' | 'tool_calls' | 'duration_active_ms' | 'started'>;

/** How fluently sessions went, and the local hours at which those began that went best. */
export function flowStats(
  sessions: readonly Measured[],
  zone: TimeZone,
): StatsFiles['flow-stats.json'] {
  const measured = sessions
    .filter(({ messages }) => messages > 0)
    .map((session) => ({ session, score: flowScore(session) }));
  const hours = new Map<string, number>();
  for (const { session, score } of measured) {
    if (score > PEAK) {
      const hour = Number(localKey(zone, 'hour', Date.parse(session.started)).slice(-2));
      addCount(hours, String(hour), 1);
    }
  }
  const sum = measured.reduce((total, { score }) => total + score, 0);
  return {
    total_measurements: measured.length,
    average_flow_score:
      measured.length === 0 ? 0 : Math.round((1000 * sum) / measured.length) / 1000,
    peak_flow_hours: topCounts(hours, HOURS),
  };
}

/**
 * Much was said (100 messages or more), much was done (25 tool calls or more), and quickly (3 messages or more per active
 * minute), between 0.1 and 0.95. How a session came out is not known, so that nothing is added for it.
 */
export function flowScore({
  messages,
  tool_calls: calls,
  duration_active_ms: activeMs,
}: Omit<Measured, 'started'>): number {
  const perMinute = messages / Math.max(1, activeMs / MINUTE_MS);
  const score =
    0.35 * Math.min(1, messages / 100) +
    0.25 * Math.min(1, calls / 25) +
    0.2 * Math.min(1, perMinute / 3) +
    0.2;
  return Math.min(0.95, Math.max(0.1, score));
}
