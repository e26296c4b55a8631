import type { Database } from 'better-sqlite3';
import type { FeatureStatus } from '../records/plan.ts';
import type { AttemptOutcome } from '../store/plan-rows.ts';

/** Who did something; null where nobody knows. */
interface Author {
  readonly session: string | null;
  readonly agentId: string | null;
}

/** One activation as its root span needs it; its author is that of the orchestration's start. */
export interface SpanActivation extends Author {
  readonly number: number;
  readonly orchestrated: number;
  readonly startedAtMs: number;
  readonly orchestratedAtMs: number | null;
  readonly completedAtMs: number | null;
  readonly lastEventMs: number | null;
}

/** One attempt as its span needs it; its author is that of the first of its events whose author is known. */
export interface SpanAttempt extends Author {
  readonly id: number;
  readonly activation: number;
  readonly number: number;
  /** What the feature keeps, whatever id it has now. */
  readonly name: string;
  readonly featureId: string;
  readonly description: string | null;
  readonly status: FeatureStatus;
  readonly startedAtMs: number;
  readonly inferred: number;
  readonly endedAtMs: number | null;
  readonly outcome: AttemptOutcome | null;
}

/** One pull request of an activation. */
export interface SpanPullRequest extends Author {
  readonly activation: number;
  readonly url: string;
  readonly number: number | null;
  readonly atMs: number;
}

/** The activations of a plan. */
export function readActivations(db: Database, plan: number): readonly SpanActivation[] {
  return db
    .prepare<[number], SpanActivation>(
      `SELECT a.number, a.orchestrated, a.started_at_ms AS startedAtMs, a.orchestrated_at_ms AS orchestratedAtMs,
         a.completed_at_ms AS completedAtMs, e.agent_id AS agentId, session.session_id AS session,
         (SELECT max(at_ms) FROM plan_event WHERE plan = a.plan AND activation = a.number) AS lastEventMs
       FROM plan_activation a
       LEFT JOIN plan_event e ON e.plan = a.plan AND e.activation = a.number AND e.type = 'orchestration_started'
       LEFT JOIN session ON session.id = e.session
       WHERE a.plan = ? GROUP BY a.number ORDER BY a.number`,
    )
    .all(plan);
}

/** The attempts at the features of a plan, in the order in which they began. */
export function readAttempts(db: Database, plan: number): readonly SpanAttempt[] {
  const authors = readAuthors(db, plan);
  const rows = db
    .prepare<[number], Omit<SpanAttempt, keyof Author>>(
      `SELECT a.id, a.activation, a.number, f.name, f.feature_id AS featureId, f.description, f.status,
         a.started_at_ms AS startedAtMs, a.inferred, a.ended_at_ms AS endedAtMs, a.outcome
       FROM plan_attempt a JOIN plan_feature f ON f.id = a.feature
       WHERE a.plan = ? ORDER BY a.activation, a.started_at_ms, f.position, f.name, a.number`,
    )
    .all(plan);
  return rows.map((row) => ({
    ...row,
    session: authors.get(row.id)?.session ?? null,
    agentId: authors.get(row.id)?.agentId ?? null,
  }));
}

/** The pull requests of a plan, oldest first. */
export function readPullRequests(db: Database, plan: number): readonly SpanPullRequest[] {
  return db
    .prepare<[number], SpanPullRequest>(
      `SELECT e.activation, e.pr_url AS url, e.data ->> 'pr_number' AS number, min(e.at_ms) AS atMs,
         e.agent_id AS agentId, session.session_id AS session
       FROM plan_event e LEFT JOIN session ON session.id = e.session
       WHERE e.plan = ? AND e.type = 'pr_created' AND e.pr_url IS NOT NULL
       GROUP BY e.activation, e.pr_url ORDER BY atMs, url`,
    )
    .all(plan);
}

function readAuthors(db: Database, plan: number): ReadonlyMap<number, Author> {
  const rows = db
    .prepare<[number], Author & { readonly attempt: number }>(
      `SELECT attempt, session_id AS session, agent_id AS agentId
       FROM plan_event e JOIN session ON session.id = e.session
       WHERE e.plan = ? AND attempt IS NOT NULL ORDER BY e.at_ms DESC, e.id DESC`,
    )
    .all(plan);
  return new Map(rows.map((row) => [row.attempt, row]));
}
