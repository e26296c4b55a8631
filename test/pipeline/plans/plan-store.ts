import { onTestFinished } from 'vitest';
import type {
  FeatureStatus,
  PlanFeature,
  PlanFolder,
  PlanLocation,
  PlanSnapshotRecord,
} from '../../../src/records/plan.ts';
import type { Batch } from '../../../src/records/record.ts';
import { createIngestFixture, type IngestFixture } from '../ingest-fixture.ts';
import { expectRestored } from '../restore/expect-restored.ts';

export const PROJECT = '/home/dev/one';
export const START_MS = Date.UTC(2026, 10, 20, 12);
const MINUTE_MS = 60_000;

/** A moment so many minutes after the beginning of every test. */
export const minute = (minutes: number): number => START_MS + minutes * MINUTE_MS;

/** A feature as a manifest states it. */
export const feature = (
  id: string,
  status: FeatureStatus | null = 'pending',
  stated: Partial<PlanFeature> = {},
): PlanFeature => ({
  id,
  status,
  rawStatus: null,
  description: `What ${id} is for`,
  promptFile: `prompts/${id}.md`,
  plannedFiles: [],
  dependsOn: [],
  edgeCases: [],
  decisions: [],
  codeRefs: [],
  verification: null,
  ...stated,
});

/** What a test says of a snapshot; what it leaves out is unremarkable. */
export interface Shown {
  readonly atMs: number;
  readonly name?: string;
  readonly location?: PlanLocation | 'gone';
  readonly features?: readonly PlanFeature[] | null;
  readonly isSettled?: boolean;
  readonly checkout?: string;
  readonly repository?: string;
  readonly branch?: string | null;
  readonly switchedMs?: number | null;
  readonly hasPlan?: boolean;
  readonly folderId?: string;
  /** What lies in `dev/complete` beside the plan in `dev/active`. */
  readonly beside?: readonly PlanFolder[];
  /** When the manifest was changed, where this is not the moment of the snapshot. */
  readonly modifiedMs?: number;
}

/** A folder of a plan. */
export const folder = (shown: Shown, location: PlanLocation): PlanFolder => {
  const { atMs, checkout = PROJECT, name = 'shop', features = [], hasPlan = true } = shown;
  const path = `${checkout}/dev/${location}/${name}`;
  const modifiedMs = shown.modifiedMs ?? atMs;
  return {
    location,
    path,
    folderId: shown.folderId ?? '1:2',
    changedMs: atMs,
    planWrittenMs: hasPlan ? START_MS : null,
    manifest:
      features === null
        ? null
        : {
            path: `${path}/manifest.jsonl`,
            modifiedMs,
            features,
            isSettled: shown.isSettled ?? true,
          },
  };
};

/** A snapshot, seen a quarter of a second after the file was changed. */
export const snapshot = (shown: Shown): PlanSnapshotRecord => {
  const { atMs, name = 'shop', checkout = PROJECT, location = 'active' } = shown;
  return {
    kind: 'plan_snapshot',
    name,
    checkout,
    repository: shown.repository ?? checkout,
    branch: shown.branch ?? null,
    switchedMs: shown.switchedMs ?? null,
    folders: [...(location === 'gone' ? [] : [folder(shown, location)]), ...(shown.beside ?? [])],
    observedAtMs: atMs + 250,
  };
};

/** A batch of the receiver. */
export const planBatch = (record: PlanSnapshotRecord): Batch => ({
  source: 'plan',
  origin: { path: `${record.checkout}/dev/active/${record.name}`, firstAtMs: null, writtenAtMs: 0 },
  records: [record],
  rejects: [],
  entries: new Map(),
  newestAtMs: null,
});

/** One event in few words: `feature_started F001`. */
export interface ToldEvent {
  readonly words: string;
  readonly id: number;
  readonly key: string;
  readonly revision: number;
  readonly atMs: number;
  readonly timeSource: string;
  readonly session: string | null;
  readonly sessionSource: string | null;
  readonly promptId: string | null;
  readonly agentId: string | null;
  readonly path: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A store with plans in it. */
export interface PlanStore extends IngestFixture {
  readonly show: (shown: Shown) => void;
  readonly events: () => readonly ToldEvent[];
  readonly words: () => readonly string[];
  readonly oddities: () => Readonly<Record<string, number>>;
}

/** Makes an empty store that goes with the test, which expects that its archive would bring it back unless that is not asked for. */
export const createPlanStore = ({ isRestored = true } = {}): PlanStore => {
  const fixture = createIngestFixture();
  fixture.store.settle();
  let isRemoved = false;
  const remove = (): void => {
    if (isRemoved) return;
    isRemoved = true;
    try {
      if (isRestored) expectRestored(fixture);
    } finally {
      fixture.remove();
    }
  };
  onTestFinished(remove);
  const events = (): readonly ToldEvent[] =>
    fixture.db
      .prepare<[], Omit<ToldEvent, 'data'> & { readonly data: string }>(
        `SELECT e.type || coalesce(' ' || feature_id, '') AS words, e.id, e.key, e.revision, at_ms AS atMs, time_source AS timeSource,
           session_id AS session, session_source AS sessionSource, prompt_id AS promptId, agent_id AS agentId, path, data
         FROM plan_event e LEFT JOIN session ON session.id = e.session ORDER BY e.id`,
      )
      .all()
      .map((event) => ({ ...event, data: JSON.parse(event.data) as Record<string, unknown> }));
  return {
    get store() {
      return fixture.store;
    },
    get db() {
      return fixture.db;
    },
    home: fixture.home,
    commit: fixture.commit,
    recountPlans: fixture.recountPlans,
    recountSome: fixture.recountSome,
    reopen: fixture.reopen,
    remove,
    show: (shown) => void fixture.commit(planBatch(snapshot(shown))),
    events,
    words: () => events().map(({ words }) => words),
    oddities: () =>
      Object.fromEntries(
        fixture.db
          .prepare<[], [string, number]>(
            `SELECT label, value FROM tally WHERE name = 'plan_oddities' ORDER BY label`,
          )
          .raw()
          .all(),
      ),
  };
};
