import type { Database } from 'better-sqlite3';
import type { FeatureStatus, PlanEventType } from '../../src/records/plan.ts';

type Value = string | number | null;

/** A plan as a test states it. */
export interface PlanSeed {
  readonly name?: string;
  readonly repository?: string;
  readonly location?: 'active' | 'complete' | 'gone';
  readonly generation?: number;
  readonly activation?: number;
  readonly firstSeenMs?: number;
}

/** An activation as a test states it. */
export interface ActivationSeed {
  readonly plan: number;
  readonly number?: number;
  readonly generation?: number;
  readonly startedAtMs: number;
  readonly startBasis?: 'plan_created' | 'moved_back' | 'first_seen';
  /** Undefined: not yet; null: before the plan was first seen. */
  readonly orchestratedAtMs?: number | null;
  readonly completedAtMs?: number;
}

/** A feature as a test states it. */
export interface FeatureSeed {
  readonly plan: number;
  readonly id: string;
  /** What it keeps, where that is not its id. */
  readonly name?: string;
  readonly generation?: number;
  readonly position?: number;
  readonly description?: string;
  readonly promptFile?: string;
  readonly plannedFiles?: readonly string[];
  readonly status?: FeatureStatus;
  readonly rawStatus?: string;
  readonly regressions?: number;
  readonly removedAtMs?: number;
}

/** An attempt as a test states it. */
export interface AttemptSeed {
  readonly plan: number;
  readonly feature: number;
  readonly activation?: number;
  readonly number?: number;
  readonly startedAtMs: number;
  readonly inferred?: boolean;
  readonly endedAtMs?: number;
  readonly outcome?: 'completed' | 'failed' | 'reset' | 'removed' | 'unfinished';
}

/** A plan event as a test states it. */
export interface PlanEventSeed {
  readonly plan: number;
  readonly type: PlanEventType;
  readonly atMs: number;
  readonly key?: string;
  readonly activation?: number;
  readonly attempt?: number;
  readonly feature?: number;
  readonly featureId?: string;
  readonly featureDescription?: string;
  readonly status?: FeatureStatus;
  readonly session?: string;
  readonly sessionSource?: 'tool_call' | 'time' | 'transcript';
  readonly promptId?: string;
  readonly agentId?: string;
  readonly toolCallKey?: string;
  readonly prUrl?: string;
  readonly data?: object;
  readonly revision?: number;
}

/** Where something that was used belongs. */
export interface ShareSeed {
  readonly plan: number;
  readonly activation?: number;
  /** 0 where it belongs to no feature. */
  readonly attempt?: number;
}

/** What an attempt used; what is left out is 0. */
export interface UsageSeed extends ShareSeed {
  readonly requests?: number;
  readonly input?: number;
  readonly output?: number;
  readonly cacheRead?: number;
  readonly cacheWrite5m?: number;
  readonly costNanoUsd?: number;
  readonly estimatedNanoUsd?: number;
  readonly unpriced?: number;
  readonly notFinal?: number;
  readonly toolCalls?: number;
  readonly toolFailures?: number;
  readonly activeMs?: number;
}

/** Fills the tables of plans row by row; everything that is added answers with its id. */
export interface PlanFixture {
  readonly plan: (seed?: PlanSeed) => number;
  readonly activation: (seed: ActivationSeed) => void;
  readonly feature: (seed: FeatureSeed) => number;
  readonly attempt: (seed: AttemptSeed) => number;
  /** Also writes it to the log. */
  readonly event: (seed: PlanEventSeed) => number;
  readonly checkout: (plan: number, path: string) => void;
  readonly session: (plan: number, session: string, fromMs: number, activation?: number) => void;
  readonly usage: (seed: UsageSeed) => void;
  /** Gives the newest request to a plan. */
  readonly shareRequest: (seed: ShareSeed) => void;
  /** Gives the newest tool call to a plan. */
  readonly shareToolCall: (seed: ShareSeed) => void;
  readonly duration: (outcome: string, leMs: number, value: number) => void;
}

/** Fills the plans of any store that has the schema. */
export function createPlanFixture(db: Database): PlanFixture {
  const insert = (table: string, row: Readonly<Record<string, Value>>): number => {
    const names = Object.keys(row);
    const sql = `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map((name) => `@${name}`).join(', ')})`;
    return Number(db.prepare(sql).run(row).lastInsertRowid);
  };
  const sessionId = (name: string): number => {
    db.prepare('INSERT OR IGNORE INTO session (session_id) VALUES (?)').run(name);
    return db.prepare('SELECT id FROM session WHERE session_id = ?').pluck().get(name) as number;
  };
  const newest = (table: string): number =>
    db.prepare(`SELECT max(id) FROM ${table}`).pluck().get() as number;
  const share = (table: string, { plan, activation = 1, attempt = 0 }: ShareSeed): number =>
    insert(`plan_${table}`, { [table]: newest(table), plan, activation, attempt });
  let count = 0;
  return {
    plan: (seed = {}) => insert('plan', planRow(seed)),
    activation: (seed) => void insert('plan_activation', activationRow(seed)),
    feature: (seed) => insert('plan_feature', featureRow(seed)),
    attempt: (seed) => insert('plan_attempt', attemptRow(seed)),
    event: (seed) => {
      const session = seed.session === undefined ? null : sessionId(seed.session);
      const key = seed.key ?? `event-${(count += 1)}`;
      const ref = insert('plan_event', { ...eventRow(seed), key, session });
      insert('event', { kind: 3, ref, revision: seed.revision ?? 0 });
      return ref;
    },
    checkout: (plan, path) =>
      void insert('plan_checkout', {
        plan,
        path,
        branch: 'main',
        location: 'active',
        last_location: 'active',
        has_plan: 1,
        features: '{}',
        seen_at_ms: 0,
      }),
    session: (plan, name, fromMs, activation = 1) =>
      void insert('plan_session', { plan, activation, session: sessionId(name), from_ms: fromMs }),
    usage: (seed) => void insert('plan_usage', usageRow(seed)),
    shareRequest: (seed) => void share('request', seed),
    shareToolCall: (seed) => void share('tool_call', seed),
    duration: (outcome, leMs, value) =>
      void insert('plan_duration', { plan: 1, outcome, le_ms: leMs, value }),
  };
}

function planRow({
  name = 'metrics',
  repository = '/home/dev/shop',
  location = 'active',
  ...seed
}: PlanSeed) {
  return {
    key: `${repository}\n${name}`,
    name,
    repository,
    path: `${repository}/dev/${location === 'complete' ? 'complete' : 'active'}/${name}`,
    location,
    generation: seed.generation ?? 1,
    activation: seed.activation ?? 1,
    first_seen_ms: seed.firstSeenMs ?? 0,
    dirty: 0,
  };
}

function activationRow(seed: ActivationSeed) {
  return {
    plan: seed.plan,
    number: seed.number ?? 1,
    generation: seed.generation ?? 1,
    started_at_ms: seed.startedAtMs,
    start_basis: seed.startBasis ?? 'plan_created',
    orchestrated: seed.orchestratedAtMs === undefined ? 0 : 1,
    orchestrated_at_ms: seed.orchestratedAtMs ?? null,
    completed_at_ms: seed.completedAtMs ?? null,
  };
}

function featureRow(seed: FeatureSeed) {
  return {
    plan: seed.plan,
    generation: seed.generation ?? 1,
    name: seed.name ?? seed.id,
    feature_id: seed.id,
    position: seed.position ?? 0,
    description: seed.description ?? null,
    prompt_file: seed.promptFile ?? null,
    detail: JSON.stringify({
      planned_files: seed.plannedFiles ?? [],
      depends_on: [],
      edge_cases: [],
      decisions: [],
      code_refs: [],
      verification: null,
    }),
    status: seed.status ?? 'pending',
    raw_status: seed.rawStatus ?? null,
    regressions: seed.regressions ?? 0,
    removed_at_ms: seed.removedAtMs ?? null,
  };
}

function attemptRow(seed: AttemptSeed) {
  return {
    plan: seed.plan,
    activation: seed.activation ?? 1,
    feature: seed.feature,
    number: seed.number ?? 1,
    started_at_ms: seed.startedAtMs,
    inferred: Number(seed.inferred ?? false),
    ended_at_ms: seed.endedAtMs ?? null,
    outcome: seed.outcome ?? null,
  };
}

function eventRow(seed: PlanEventSeed) {
  return {
    plan: seed.plan,
    activation: seed.activation ?? 1,
    type: seed.type,
    attempt: seed.attempt ?? null,
    feature: seed.feature ?? null,
    feature_id: seed.featureId ?? null,
    feature_description: seed.featureDescription ?? null,
    status: seed.status ?? null,
    path: '/home/dev/shop/dev/active/metrics',
    at_ms: seed.atMs,
    file_at_ms: seed.atMs,
    time_source: 'file',
    session_source: seed.sessionSource ?? null,
    prompt_id: seed.promptId ?? null,
    agent_id: seed.agentId ?? null,
    tool_call_key: seed.toolCallKey ?? null,
    pr_url: seed.prUrl ?? null,
    data: JSON.stringify(seed.data ?? {}),
    revision: seed.revision ?? 0,
  };
}

function usageRow(seed: UsageSeed) {
  return {
    plan: seed.plan,
    activation: seed.activation ?? 1,
    attempt: seed.attempt ?? 0,
    requests: seed.requests ?? 0,
    input_tokens: seed.input ?? 0,
    output_tokens: seed.output ?? 0,
    cache_read_input_tokens: seed.cacheRead ?? 0,
    cache_creation_5m_input_tokens: seed.cacheWrite5m ?? 0,
    cache_creation_1h_input_tokens: 0,
    web_search_requests: 0,
    cost_nano_usd: seed.costNanoUsd ?? 0,
    estimated_nano_usd: seed.estimatedNanoUsd ?? 0,
    unpriced_requests: seed.unpriced ?? 0,
    not_final_requests: seed.notFinal ?? 0,
    tool_calls: seed.toolCalls ?? 0,
    tool_failures: seed.toolFailures ?? 0,
    active_ms: seed.activeMs ?? 0,
  };
}

/** When the sample's plan is made, begins and ends; 2026-11-20 from 10:00 UTC on. */
export const SAMPLE_MS = Date.UTC(2026, 10, 20, 10);
export const SAMPLE_PULL_REQUEST = 'https://github.com/example/shop/pull/7';
export const SAMPLE_SESSION = 'aaaaaaaa-0000-4000-8000-000000000001';

const MINUTE_MS = 60_000;

/** Ids of the sample's rows. */
export interface PlanSample {
  readonly plan: number;
  readonly features: readonly number[];
  readonly attempts: readonly number[];
}

/**
 * A plan of three features: one completed at the second attempt, one that goes on, one whose start was not seen; with a
 * pull request.
 */
export function fillPlanSample(db: Database): PlanSample {
  const into = createPlanFixture(db);
  const at = (minutes: number): number => SAMPLE_MS + minutes * MINUTE_MS;
  const plan = into.plan({ firstSeenMs: at(0) });
  into.activation({ plan, startedAtMs: at(0), orchestratedAtMs: at(10) });
  into.session(plan, SAMPLE_SESSION, at(0));
  const feature = (index: number, status: FeatureStatus, more: Partial<FeatureSeed> = {}): number =>
    into.feature({ plan, id: `F00${index}`, position: index, status, ...more });
  const features = [
    feature(1, 'completed', {
      description: 'Counts things',
      promptFile: 'prompts/01-count.md',
      plannedFiles: ['src/count.ts', 'src/never.ts'],
      regressions: 1,
    }),
    feature(2, 'in_progress', { description: 'Shows them' }),
    feature(3, 'completed', { rawStatus: 'done' }),
  ];
  const tried = (index: number, number: number, more: Omit<AttemptSeed, 'plan' | 'feature'>) =>
    into.attempt({ plan, feature: features[index]!, number, ...more });
  const attempts = [
    tried(0, 1, { startedAtMs: at(10), endedAtMs: at(12), outcome: 'failed' }),
    tried(0, 2, { startedAtMs: at(13), endedAtMs: at(16), outcome: 'completed' }),
    tried(1, 1, { startedAtMs: at(20) }),
    tried(2, 1, { startedAtMs: at(21), endedAtMs: at(21), inferred: true, outcome: 'completed' }),
  ];
  fillSampleEvents(into, { plan, features, attempts });
  const [first, second, third, fourth] = attempts;
  const usage = (attempt: number | undefined, requests: number, nano: number): void =>
    into.usage({
      plan,
      attempt: attempt ?? 0,
      requests,
      costNanoUsd: nano,
      input: requests * 10,
      output: requests * 20,
      cacheRead: requests * 100,
      cacheWrite5m: requests,
      toolCalls: requests * 2,
      toolFailures: requests === 1 ? 1 : 0,
      activeMs: requests * 1_000,
    });
  usage(0, 4, 400_000_001);
  usage(first, 1, 100_000_002);
  usage(second, 2, 200_000_003);
  usage(third, 3, 300_000_004);
  usage(fourth, 0, 0);
  into.duration('completed', 300_000, 1);
  into.duration('completed', 0, 1);
  into.duration('completed', -1, 180_000 + 36_000_000);
  into.duration('failed', 120_000, 1);
  into.duration('failed', -1, 120_000);
  return { plan, features, attempts };
}

function fillSampleEvents(into: PlanFixture, { plan, features, attempts }: PlanSample): void {
  const by = { session: SAMPLE_SESSION, sessionSource: 'tool_call' as const };
  const tell = (type: PlanEventType, minutes: number, more: Partial<PlanEventSeed> = {}): number =>
    into.event({ plan, type, atMs: SAMPLE_MS + minutes * MINUTE_MS, ...more });
  const of = (index: number, attempt: number) => ({
    feature: features[index]!,
    attempt: attempts[attempt]!,
    featureId: `F00${index + 1}`,
  });
  tell('plan_created', 0);
  tell('plan_optimized', 1, { data: { feature_count: 3 } });
  tell('orchestration_started', 10, by);
  tell('feature_started', 10, {
    ...of(0, 0),
    ...by,
    featureDescription: 'Counts things',
    status: 'in_progress',
    agentId: 'agent-1',
    promptId: 'prompt-1',
    toolCallKey: `${SAMPLE_SESSION}:toolu_1`,
    data: { attempt: 1, previous_status: 'pending' },
  });
  tell('feature_failed', 12, { ...of(0, 0), ...by, status: 'failed' });
  tell('feature_started', 13, { ...of(0, 1), status: 'in_progress', data: { retry: true } });
  tell('feature_completed', 16, { ...of(0, 1), status: 'completed' });
  tell('pr_created', 18, {
    ...by,
    prUrl: SAMPLE_PULL_REQUEST,
    data: { pr_number: 7, pr_repository: 'example/shop' },
  });
  tell('feature_started', 20, { ...of(1, 2), status: 'in_progress' });
  tell('feature_started', 21, { ...of(2, 3), status: 'in_progress', data: { inferred: true } });
  tell('feature_completed', 21, { ...of(2, 3), status: 'completed' });
}
