import { expect, vi } from 'vitest';
import type { PlanEvent } from '../../src/records/plan.ts';
import type { RunningCollector } from './running-server.ts';

/** What of an event's data is compared word by word; the rest are paths, times and what the manifest says. */
const COMPARED = [
  'activation',
  'attempt',
  'previous_status',
  'inferred',
  'retry',
  'regression',
  'regressed_from',
  'duration_ms',
  'feature_count',
  'all_completed',
  'counts',
  'pr_number',
  'pr_repository',
  'git_branch',
  'session_source',
] as const;

/** An event in short: type, feature, and what of its data is compared. */
export type ToldEvent = readonly [string, string | null, Readonly<Record<string, unknown>>];

const LIMIT_MS = 30_000;

/** Every event of a plan over REST, oldest first. */
export async function planEvents(
  server: Pick<RunningCollector, 'json'>,
  plan: string,
): Promise<readonly PlanEvent[]> {
  const { data } = await server.json<{ data: readonly PlanEvent[] }>(
    `/api/plans/events/${encodeURIComponent(plan)}?order=asc&limit=1000`,
  );
  return data;
}

/** An event in short. */
export const brief = ({ event_type, feature_id, data }: PlanEvent): ToldEvent => [
  event_type,
  feature_id ?? null,
  Object.fromEntries(COMPARED.flatMap((name) => (name in data ? [[name, data[name]]] : []))),
];

/** Waits until a plan's events are these and no others, in this order; returns them whole. */
export async function eventsToBe(
  server: Pick<RunningCollector, 'json'>,
  plan: string,
  expected: readonly ToldEvent[],
): Promise<readonly PlanEvent[]> {
  return await vi.waitFor(
    async () => {
      const events = await planEvents(server, plan);
      expect(events.map(brief)).toEqual(expected);
      return events;
    },
    { timeout: LIMIT_MS, interval: 50 },
  );
}
