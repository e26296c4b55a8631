/** Rows of plan events in, public plan events out. */
import { hash } from 'node:crypto';
import { toolUseIdOf } from '../records/identity.ts';
import type { FeatureStatus, PlanEvent, PlanEventType } from '../records/plan.ts';

/** A plan event with the names its ids stand for. */
export interface NamedPlanEvent {
  readonly id: number;
  readonly key: string;
  readonly plan_key: string;
  readonly plan_name: string;
  readonly project_path: string;
  readonly activation: number;
  readonly type: PlanEventType;
  readonly feature_id: string | null;
  readonly feature_description: string | null;
  readonly status: FeatureStatus | null;
  readonly path: string;
  readonly at_ms: number;
  readonly time_source: string;
  readonly session_id: string | null;
  readonly session_source: string | null;
  readonly prompt_id: string | null;
  readonly agent_id: string | null;
  readonly tool_call_key: string | null;
  readonly pr_url: string | null;
  readonly data: string;
  readonly revision: number;
}

/** What stands for the session of an event that nobody knows the author of. */
export const UNKNOWN_SESSION = 'unknown';

const ID_LENGTH = 22;

const publicId = (prefix: string, key: string): string =>
  `${prefix}_${hash('sha256', `${prefix}\0${key}`, 'base64url').slice(0, ID_LENGTH)}`;

/** The public id of a plan: it depends on its repository and name and nothing else. */
export const planId = (key: string): string => publicId('plan', key);

/** The public id of a plan event. */
export const planEventId = (key: string): string => publicId('pev', key);

/**
 * A query for whole plan events, `e` being the row itself.
 *
 * `from` is a table or subquery `x` whose `ref` is the row's id; `extra` are further columns of it.
 */
export function planEventsSql(from: string, extra = ''): string {
  return `SELECT ${extra}e.id, e.key, plan.key AS plan_key, plan.name AS plan_name, plan.repository AS project_path,
      e.activation, e.type, e.feature_id, e.feature_description, e.status, e.path, e.at_ms, e.time_source,
      session.session_id AS session_id, e.session_source, e.prompt_id, e.agent_id, e.tool_call_key, e.pr_url, e.data,
      e.revision
    FROM ${from} CROSS JOIN plan_event e ON e.id = x.ref CROSS JOIN plan ON plan.id = e.plan
      LEFT JOIN session ON session.id = e.session`;
}

/** A row as a plan event; what is not known is left out. */
export function planEvent(row: NamedPlanEvent): PlanEvent {
  return {
    id: planEventId(row.key),
    revision: row.revision,
    timestamp: new Date(row.at_ms).toISOString(),
    session_id: row.session_id ?? UNKNOWN_SESSION,
    event_type: row.type,
    plan_name: row.plan_name,
    plan_path: row.path,
    ...(row.feature_id !== null && { feature_id: row.feature_id }),
    ...(row.feature_description !== null && { feature_description: row.feature_description }),
    ...(row.status !== null && { status: row.status }),
    ...(row.pr_url !== null && { pr_url: row.pr_url }),
    data: known({
      ...(JSON.parse(row.data) as Record<string, unknown>),
      plan_id: planId(row.plan_key),
      project_path: row.project_path,
      activation: row.activation,
      prompt_id: row.prompt_id,
      agent_id: row.agent_id,
      tool_use_id: row.tool_call_key === null ? null : toolUseIdOf(row.tool_call_key),
      time_source: row.time_source,
      session_source: row.session_source,
    }),
  };
}

function known(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}
