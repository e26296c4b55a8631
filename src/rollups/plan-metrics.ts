/** What the metrics show of plans; read from sums and counts, of which there are few for each plan. */
import type { Database } from 'better-sqlite3';
import { PLAN_DURATION_BOUNDS_MS } from '../records/plan-durations.ts';
import { FEATURE_STATUSES, type FeatureStatus } from '../records/plan.ts';
import type { MetricPoint } from './metric-series.ts';
import { OTHER, projectLabels } from './metric-series.ts';
import type { Add } from './metric-table.ts';

/** More plans than this are never looked at one by one; the newest are. */
const MAX_PLANS = 10_000;

/** More combinations of event and project than this are not shown. */
const MAX_TALLIES = 10_000;

interface Project {
  readonly id: number;
  readonly path: string;
}

interface Plan {
  readonly id: number;
  readonly name: string;
  readonly repository: string;
  readonly isGone: number;
}

/** Labels of one plan. */
interface PlanLabels {
  readonly plan: string;
  readonly project: string;
}

/** Adds the series of plans; `projects` are those that have labels already, in the order of these. */
export function addPlans(db: Database, projects: readonly Project[], add: Add): void {
  const plans = newestPlans(db);
  const labelOf = projectNames(projects, plans);
  const labels = new Map(
    plans.map(({ id, name, repository }) => [id, { plan: name, project: labelOf(repository) }]),
  );
  const firstPlan = plans.length < MAX_PLANS ? 0 : (plans.at(-1)?.id ?? 0);
  addFeatures(db, { plans, labels, firstPlan }, add);
  addUsage(db, { plans, labels, firstPlan }, add);
  addPlanTallies(db, labelOf, add);
}

/** What the project of a plan is called, by its path; `projects` as for {@link addPlans}. */
export function planProjects(db: Database, projects: readonly Project[]): (path: string) => string {
  return projectNames(projects, newestPlans(db));
}

function newestPlans(db: Database): readonly Plan[] {
  return db
    .prepare<[], Plan>(
      `SELECT id, name, repository, location = 'gone' AS isGone FROM plan ORDER BY id DESC LIMIT ${MAX_PLANS}`,
    )
    .all();
}

/** The histogram of durations, by how the attempts ended. */
export function planDurations(db: Database): readonly MetricPoint[] {
  const rows = db
    .prepare<[], { outcome: string; leMs: number; value: number }>(
      'SELECT outcome, le_ms AS leMs, sum(value) AS value FROM plan_duration GROUP BY 1, 2 ORDER BY 1, 2',
    )
    .all();
  return [...Map.groupBy(rows, ({ outcome }) => outcome)].map(([status, buckets]) => {
    const counts = Array.from({ length: PLAN_DURATION_BOUNDS_MS.length + 1 }, () => 0);
    let sumMs = 0;
    for (const { leMs, value } of buckets) {
      if (leMs === -1) {
        sumMs = value;
      } else {
        const bucket = bucketOf(leMs);
        counts[bucket] = (counts[bucket] ?? 0) + value;
      }
    }
    return { labels: { status }, value: sumMs, counts };
  });
}

/** Place of a bucket by its bound; 0 stands for what is above all of them. */
function bucketOf(leMs: number): number {
  const index = leMs === 0 ? -1 : PLAN_DURATION_BOUNDS_MS.findIndex((boundMs) => leMs <= boundMs);
  return index === -1 ? PLAN_DURATION_BOUNDS_MS.length : index;
}

/** Names a project has already, and free ones for those that nothing but plans has told of, oldest plan first. */
function projectNames(
  projects: readonly Project[],
  plans: readonly Plan[],
): (path: string) => string {
  const known = new Set(projects.map(({ path }) => path));
  const others = new Set(plans.map(({ repository }) => repository).reverse());
  const added = [...others]
    .filter((path) => !known.has(path))
    .map((path, index) => ({ id: -1 - index, path }));
  const all = [...projects, ...added];
  const labels = projectLabels(all);
  const byPath = new Map(all.map(({ id, path }) => [path, labels.get(id) ?? OTHER]));
  return (path) => byPath.get(path) ?? OTHER;
}

interface Plans {
  readonly plans: readonly Plan[];
  readonly labels: ReadonlyMap<number, PlanLabels>;
  /** Plans before this one are shown together. */
  readonly firstPlan: number;
}

const TOGETHER: PlanLabels = { plan: OTHER, project: OTHER };

function addFeatures(db: Database, { plans, labels, firstPlan }: Plans, add: Add): void {
  const rows = db
    .prepare<[number], { plan: number; status: FeatureStatus; features: number }>(
      `SELECT iif(plan.id < ?, 0, plan.id) AS plan, f.status, count(*) AS features
       FROM plan JOIN plan_feature f ON f.plan = plan.id AND f.generation = plan.generation
       WHERE removed_at_ms IS NULL AND location <> 'gone' GROUP BY 1, 2`,
    )
    .all(firstPlan);
  const byPlan = Map.groupBy(rows, ({ plan }) => plan);
  const addAll = (of: PlanLabels, counts: readonly (typeof rows)[number][]): void => {
    for (const status of FEATURE_STATUSES) {
      const count = counts.find((row) => row.status === status)?.features ?? 0;
      add('planFeatures', { ...of, status }, count);
    }
  };
  for (const { id, isGone } of plans) {
    if (isGone === 0) addAll(labels.get(id) ?? TOGETHER, byPlan.get(id) ?? []);
  }
  if (byPlan.has(0)) addAll(TOGETHER, byPlan.get(0) ?? []);
}

interface UsageRow {
  readonly plan: number;
  readonly cost: number;
  readonly input: number;
  readonly output: number;
  readonly cache_read: number;
  readonly cache_creation: number;
}

const TOKEN_TYPES = ['input', 'output', 'cache_read', 'cache_creation'] as const;

function addUsage(db: Database, { labels, firstPlan }: Plans, add: Add): void {
  const rows = db.prepare<[number], UsageRow>(
    `SELECT iif(plan < ?, 0, plan) AS plan, sum(cost_nano_usd) AS cost, sum(input_tokens) AS input,
       sum(output_tokens) AS output, sum(cache_read_input_tokens) AS cache_read,
       sum(cache_creation_5m_input_tokens + cache_creation_1h_input_tokens) AS cache_creation
     FROM plan_usage GROUP BY 1 ORDER BY 1 DESC`,
  );
  for (const row of rows.iterate(firstPlan)) {
    const of = labels.get(row.plan) ?? TOGETHER;
    add('planCost', { ...of }, row.cost);
    for (const type of TOKEN_TYPES) add('planTokens', { ...of, type }, row[type]);
  }
}

function addPlanTallies(db: Database, labelOf: (path: string) => string, add: Add): void {
  const rows = db.prepare<[], { name: string; label: string; value: number }>(
    `SELECT name, label, value FROM tally WHERE name IN ('plan_events', 'plan_oddities') LIMIT ${MAX_TALLIES}`,
  );
  for (const { name, label, value } of rows.iterate()) {
    if (name === 'plan_oddities') {
      add('planOddities', { reason: label }, value);
    } else {
      const [type = '', path = ''] = label.split('\t');
      add('planEvents', { event_type: type, project: labelOf(path) }, value);
    }
  }
}
