import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { PlansConfig } from '../../receivers/plans/config.ts';
import { createPlans, type PlansReceiver } from '../../receivers/plans/receiver.ts';
import { createReceiverEvents } from '../../src/cli/receiver-events.ts';
import type { ReceiverDeps, Sink } from '../../src/component.ts';
import {
  PLAN_FOLDERS,
  type PlanLocation,
  type PlanSnapshotRecord,
} from '../../src/records/plan.ts';
import type { Batch, OriginState, Reject } from '../../src/records/record.ts';
import { silentLog } from '../../src/runtime/log.ts';

/** So long that within a test it never comes. */
export const NEVER_MS = 2_000_000_000;

/** A line of a manifest. */
export const feature = (id: string, status = 'pending', more: object = {}): string =>
  JSON.stringify({ id, status, description: `What ${id} does`, ...more });

/** Where a file goes, and how long ago it was written. */
interface WriteOptions {
  readonly location?: PlanLocation;
  readonly project?: string;
  readonly ageMs?: number;
}

/** A folder with projects in it, and what is done to the plans there. */
export class PlanHome implements Disposable {
  readonly folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'hall-monitor-plans-')));
  readonly project = this.make('project');

  /** A folder below, made. */
  make(...names: readonly string[]): string {
    const folder = path.join(this.folder, ...names);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  /** A plan's folder, or a file in it. */
  path(plan: string, file = '', { location = 'active', project }: WriteOptions = {}): string {
    return path.join(project ?? this.project, PLAN_FOLDERS[location], plan, file);
  }

  /** Writes a file of a plan; it is old, unless an age is given. */
  write(plan: string, file: string, text: string | Buffer, options: WriteOptions = {}): string {
    const place = this.path(plan, file, options);
    mkdirSync(path.dirname(place), { recursive: true });
    writeFileSync(place, text);
    const atSeconds = (Date.now() - (options.ageMs ?? 60_000)) / 1000;
    if (options.ageMs !== 0) utimesSync(place, atSeconds, atSeconds);
    return place;
  }

  /** Writes the manifest of a plan. */
  manifest(plan: string, lines: readonly string[], options: WriteOptions = {}): string {
    return this.write(plan, 'manifest.jsonl', lines.map((line) => `${line}\n`).join(''), options);
  }

  /** Moves a plan to where completed ones lie, or back. */
  move(plan: string, to: PlanLocation = 'complete'): void {
    const from = to === 'complete' ? 'active' : 'complete';
    mkdirSync(path.join(this.project, PLAN_FOLDERS[to]), { recursive: true });
    renameSync(this.path(plan, '', { location: from }), this.path(plan, '', { location: to }));
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Stands for the store: keeps what is committed, and how far every origin was read. */
export class KeptPlans {
  readonly batches: Batch[] = [];
  readonly #origins = new Map<string, string>();
  #next = Promise.withResolvers<void>();

  readonly sink: Sink = (batches) => {
    for (const { origin, checkpoint } of batches) {
      if (origin.movedFrom !== undefined) this.#origins.delete(origin.movedFrom);
      this.#origins.set(origin.path, checkpoint?.position ?? '');
    }
    this.batches.push(...batches);
    this.#next.resolve();
    this.#next = Promise.withResolvers();
    return Promise.resolve();
  };

  readonly origins = (): readonly OriginState[] =>
    [...this.#origins].map(([place, position]) => ({ path: place, position }));

  get snapshots(): readonly PlanSnapshotRecord[] {
    return this.batches.flatMap(({ records }) => records) as readonly PlanSnapshotRecord[];
  }

  get rejects(): readonly Reject[] {
    return this.batches.flatMap(({ rejects }) => rejects);
  }

  /** The next commit. */
  get next(): Promise<void> {
    return this.#next.promise;
  }

  /** Forgets what came, and keeps how far it was read. */
  clear(): void {
    this.batches.length = 0;
  }
}

/** A receiver of the plans in a home, as after the start of the process. */
export const plansReceiver = (
  home: PlanHome,
  kept: KeptPlans,
  settings: Partial<PlansConfig> = {},
  more: Partial<ReceiverDeps> = {},
): PlansReceiver =>
  createPlans(
    {
      enabled: true,
      roots: [],
      debounceMs: 20,
      sweepIntervalMs: NEVER_MS,
      pollIntervalMs: NEVER_MS,
      maxManifestBytes: 1024 * 1024,
      ...settings,
    },
    {
      log: silentLog,
      now: Date.now,
      count: () => undefined,
      sink: kept.sink,
      origins: kept.origins,
      projects: () => [home.project],
      events: createReceiverEvents(),
      ...more,
    },
  );

/** Looks once at everything; returns what came of it. */
export const lookAt = async (
  home: PlanHome,
  kept: KeptPlans,
  settings: Partial<PlansConfig> = {},
  more: Partial<ReceiverDeps> = {},
): Promise<readonly PlanSnapshotRecord[]> => {
  kept.clear();
  const sent = await plansReceiver(home, kept, settings, more).look(new AbortController().signal);
  if (sent !== kept.snapshots.length) throw new Error(`${sent} were told, and others came`);
  return kept.snapshots;
};

/** A receiver that runs. */
export interface RunningPlans {
  readonly receiver: PlansReceiver;
  readonly warnings: readonly string[];
  readonly tellProjects: (folders: readonly string[]) => void;
  /** Resolves with the first snapshot for which this holds, of those that came already or will. */
  readonly until: (holds: (snapshot: PlanSnapshotRecord) => boolean) => Promise<PlanSnapshotRecord>;
  readonly stop: () => Promise<void>;
}

/** Runs the receiver. */
export const runPlans = (
  home: PlanHome,
  kept: KeptPlans,
  settings: Partial<PlansConfig> = {},
  more: Partial<ReceiverDeps> = {},
): RunningPlans => {
  const abort = new AbortController();
  const events = createReceiverEvents();
  const warnings: string[] = [];
  const log = {
    ...silentLog,
    warn: (_about: unknown, message?: string) => void warnings.push(message ?? ''),
  };
  const receiver = plansReceiver(home, kept, settings, { events, log, ...more });
  const ended = receiver.run(abort.signal);
  const failed = ended.then(() => new Promise<never>(() => undefined));
  failed.catch(() => undefined);
  events.caughtUp.tell();
  return {
    receiver,
    warnings,
    tellProjects: events.projects.tell,
    until: async (holds) => {
      for (;;) {
        const found = kept.snapshots.find(holds);
        if (found !== undefined) return found;
        await Promise.race([kept.next, failed]);
      }
    },
    stop: async () => {
      abort.abort();
      await ended;
    },
  };
};

/** Ids and statuses of the features of a snapshot. */
export const statusesOf = (snapshot: PlanSnapshotRecord | undefined): Record<string, unknown> =>
  Object.fromEntries(
    snapshot?.folders.flatMap(
      ({ manifest }) => manifest?.features.map(({ id, status }) => [id, status]) ?? [],
    ) ?? [],
  );
