import type { MetricEntry } from '../../src/records/metric-entry.ts';
import type { PlanEvent } from '../../src/records/plan.ts';
import type { Stored } from '../../src/store/store.ts';

/** Whether a client wants a line of the log. */
export type Wants = (stored: Stored) => boolean;

/** Which entries a client wants; what is left out does not matter. */
export interface MetricFilter {
  readonly session?: string | undefined;
  readonly project?: string | undefined;
  readonly event_type?: string | undefined;
}

/** Which plan events a client wants. */
export interface PlanFilter extends MetricFilter {
  readonly plan?: string | undefined;
}

/** One open stream. */
export interface LiveClient {
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
  readonly wants: Wants;
  /** Everything up to here was told, or was not wanted. */
  seq: number;
  /** False while it is told what it missed. */
  isLive: boolean;
}

/** Entries that fit: a session by the beginning of its id, a project by its path or the last part of it. */
export function wantsMetrics(filter: MetricFilter): Wants {
  return (stored) =>
    stored.kind === 'metric' && fits(stored.entry, stored.entry.project_path, filter);
}

/** Plan events that fit: the same, and a plan by its name or its id. */
export function wantsPlans({ plan, ...filter }: PlanFilter): Wants {
  return (stored) => {
    if (stored.kind !== 'plan') {
      return false;
    }
    const { plan_name: name, data } = stored.event;
    return (
      (plan === undefined || name === plan || data['plan_id'] === plan) &&
      fits(stored.event, String(data['project_path']), filter)
    );
  };
}

function fits(
  { event_type: told, session_id: by }: Pick<MetricEntry | PlanEvent, 'event_type' | 'session_id'>,
  path: string,
  { session, project, event_type: type }: MetricFilter,
): boolean {
  return (
    (type === undefined || told === type) &&
    (session === undefined || by.startsWith(session)) &&
    (project === undefined || path === project || path.split(/[\\/]/).at(-1) === project)
  );
}
