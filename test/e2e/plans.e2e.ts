import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { PlanEvent } from '../../src/records/plan.ts';
import type { PlanSummary } from '../../src/rollups/plan-summary.ts';
import {
  type ManifestLine,
  manifestLine,
  manifestText,
  PlanProject,
} from '../support/plan-project.ts';
import {
  commandJson,
  type Place,
  runCommand,
  temporaryFolder,
  until,
} from '../support/running-command.ts';
import { type RunningCollector, startCollector } from '../support/running-server.ts';
import { eventsToBe, planEvents, type ToldEvent } from '../support/told-plan-events.ts';

const PLAN = 'realtime-data-collection';
const SESSION = '7f1c2d3e-0000-4000-8000-00000000c0de';
const REAL_MANIFEST = new URL(`../fixtures/plans/${PLAN}.jsonl`, import.meta.url);

/** A plan on disk, a collector that looks at it, and the events that are expected so far. */
class PlanLife {
  readonly place: Place;
  readonly project: PlanProject;
  readonly #told: ToldEvent[] = [];
  #lines: ManifestLine[] = [];
  #others = 0;
  server!: RunningCollector;

  constructor(folder: string) {
    const claudeDir = join(folder, 'claude');
    this.place = { home: join(folder, 'home'), claudeDir };
    const branch = `plan/${PLAN}`;
    this.project = new PlanProject({
      folder: join(folder, 'project'),
      claudeDir,
      session: SESSION,
      branch,
    });
  }

  async collect(): Promise<void> {
    this.server = await startCollector(this.place);
    await this.server.ready();
  }

  /** Writes the manifest with these statuses changed. */
  set(statuses: Readonly<Record<string, string>>): void {
    this.#lines = this.#lines.map((line) => ({
      ...line,
      status: statuses[line.id] ?? line.status,
    }));
    this.project.writeManifest(PLAN, this.#lines);
  }

  begin(lines: readonly ManifestLine[]): void {
    this.#lines = [...lines];
    this.set({});
  }

  /** The manifest as it will be with these statuses changed, as bytes that nobody has written yet. */
  next(statuses: Readonly<Record<string, string>>): Buffer {
    this.#lines = this.#lines.map((line) => ({
      ...line,
      status: statuses[line.id] ?? line.status,
    }));
    return Buffer.from(manifestText(this.#lines));
  }

  withStatus(status: string): readonly string[] {
    return this.#lines.flatMap((line) => (line.status === status ? [line.id] : []));
  }

  /** Does something while the session works, and waits until exactly these events are told because of it. */
  async step(act: () => void, ...events: readonly ToldEvent[]): Promise<readonly PlanEvent[]> {
    this.project.work();
    act();
    const before = this.project.digest();
    this.#told.push(...events);
    const told = await eventsToBe(this.server, PLAN, this.#told);
    expect(this.project.digest()).toBe(before);
    return told;
  }

  /** Does something that nothing is to be told of; a change of another plan shows when it has been looked at. */
  async quietStep(act: () => void): Promise<void> {
    await this.step(act);
    this.#others += 1;
    const count = this.#others;
    this.project.appendFeature('another', manifestLine(`F${count}`));
    await until('event of another plan', async () => {
      const { data } = await this.server.json<{ data: readonly PlanEvent[] }>(
        '/api/plans/events?order=asc&limit=1000',
      );
      const others = data.filter(({ plan_name: name }) => name === 'another');
      return others.some(({ feature_id: id }) => id === `F${count}`) ? true : undefined;
    });
    await this.step(() => undefined);
  }
}

const ms = expect.any(Number) as number;
const by = { session_source: 'time' };

/** Events of one activation, in short. */
const eventsOf = (activation: number) => {
  const told =
    (type: string) =>
    (feature: string | null, data: object = {}): ToldEvent => [
      type,
      feature,
      { activation, ...by, ...data },
    ];
  return {
    planCreated: told('plan_created')(null),
    optimized: (count: number) => told('plan_optimized')(null, { feature_count: count }),
    created: told('feature_created'),
    orchestration: told('orchestration_started')(null),
    started: (feature: string, previous = 'pending', more: object = {}) =>
      told('feature_started')(feature, { attempt: 1, previous_status: previous, ...more }),
    completed: (feature: string, more: object = {}) =>
      told('feature_completed')(feature, {
        attempt: 1,
        previous_status: 'in_progress',
        duration_ms: ms,
        ...more,
      }),
    failed: (feature: string) =>
      told('feature_failed')(feature, {
        attempt: 1,
        previous_status: 'in_progress',
        duration_ms: ms,
      }),
    /** Completed without ever having been seen in progress in this activation. */
    jumped: (feature: string, previous = 'pending'): readonly ToldEvent[] => [
      told('feature_started')(feature, { attempt: 1, previous_status: previous, inferred: true }),
      told('feature_completed')(feature, { attempt: 1, previous_status: previous }),
    ],
    ended: (counts: Readonly<Record<string, number>>) =>
      told('orchestration_completed')(null, {
        all_completed: counts['completed'] === 29,
        counts: { pending: 0, in_progress: 0, completed: 0, failed: 0, ...counts },
      }),
  };
};

const readManifest = (): readonly ManifestLine[] =>
  readFileSync(REAL_MANIFEST, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => ({ ...(JSON.parse(line) as ManifestLine), status: 'pending' }));

describe('a plan', () => {
  it('is followed through its whole life', async () => {
    const { folder, remove } = temporaryFolder();
    onTestFinished(remove);
    const life = new PlanLife(folder);
    onTestFinished(async () => void (await life.server.kill()));
    const { project } = life;
    project.work();
    await life.collect();
    await firstActivation(life);
    await secondActivation(life);
    const told = await planEvents(life.server, PLAN);
    expect(new Set(told.map(({ id }) => id)).size).toBe(told.length);
    expect(new Set(told.map(({ session_id: id }) => id))).toEqual(new Set([SESSION]));
    const times = told.map(({ timestamp }) => Date.parse(timestamp));
    expect(times).toEqual(times.toSorted((left, right) => left - right));
  });

  it('is found by the command alone, which sees what changed since', async () => {
    const { folder, remove } = temporaryFolder();
    onTestFinished(remove);
    const life = new PlanLife(folder);
    life.project.work();
    life.begin([manifestLine('F000'), manifestLine('F001')]);
    const counts = async (): Promise<unknown> => {
      const { plans } = await commandJson<{ plans: readonly PlanSummary[] }>(life.place, 'plans');
      return plans.map(({ plan, feature_counts: { total, completed } }) => [
        plan,
        completed,
        total,
      ]);
    };
    expect(await counts()).toEqual([[PLAN, 0, 2]]);
    life.set({ F000: 'completed' });
    expect(await counts()).toEqual([[PLAN, 1, 2]]);
    const { code, stdout } = await runCommand(life.place, 'plans', PLAN);
    expect(code).toBe(0);
    expect(stdout).toContain('1/2 completed');
  });

  it('tells of a change as soon as it is written', async () => {
    const { folder, remove } = temporaryFolder();
    onTestFinished(remove);
    const life = new PlanLife(folder);
    onTestFinished(async () => void (await life.server.kill()));
    life.project.work();
    life.begin([manifestLine('F000')]);
    await life.collect();
    await until('first event', async () =>
      (await life.server.get(`/api/plans/${PLAN}`)).ok ? true : undefined,
    );
    const leaving = new AbortController();
    onTestFinished(() => leaving.abort());
    const { signal } = leaving;
    const { body, headers } = await fetch(`${life.server.url}/events/plans`, { signal });
    expect(headers.get('content-type')).toContain('text/event-stream');
    life.project.appendFeature(PLAN, manifestLine('F001'));
    expect(await firstEvent(body!, 'plan')).toMatchObject({
      event_type: 'feature_created',
      feature_id: 'F001',
      plan_name: PLAN,
      plan_path: life.project.path(PLAN, 'active'),
      status: 'pending',
    });
  });
});

/** Data of the first event of this name in a stream. */
async function firstEvent(stream: ReadableStream<Uint8Array>, name: string): Promise<unknown> {
  let text = '';
  for await (const part of stream.pipeThrough(new TextDecoderStream())) {
    text += part;
    const [, data] = new RegExp(`^event: ${name}\n(?:id: .*\n)?data: (.*)\n`, 'm').exec(text) ?? [];
    if (data !== undefined) return JSON.parse(data);
  }
  throw new Error(`The stream ended without an event ${name}: ${text}`);
}

async function firstActivation(life: PlanLife): Promise<void> {
  const { project } = life;
  const lines = readManifest();
  const is = eventsOf(1);
  expect(lines.length).toBe(29);
  await life.step(() => project.write(PLAN, 'plan.md', '# A plan\n'), is.planCreated);
  await life.step(
    () => life.begin(lines),
    is.optimized(29),
    ...lines.map(({ id }) => is.created(id)),
  );
  await life.step(() => life.set({ F000: 'completed' }), is.orchestration, ...is.jumped('F000'));
  await life.step(() => life.set({ F001: 'in_progress' }), is.started('F001'));
  await life.step(() => life.set({ F001: 'completed' }), is.completed('F001'));
  await life.step(() => life.set({ F002: 'in_progress' }), is.started('F002'));
  await life.step(() => life.set({ F002: 'failed' }), is.failed('F002'));
  const again = { attempt: 2 };
  await life.step(
    () => life.set({ F002: 'in_progress' }),
    is.started('F002', 'failed', { ...again, retry: true }),
  );
  await life.step(() => life.set({ F002: 'completed' }), is.completed('F002', again));
  await life.step(
    () => life.set({ F003: 'in_progress', F004: 'in_progress' }),
    is.started('F003'),
    is.started('F004'),
  );
  await life.step(
    () => life.set({ F003: 'completed', F004: 'completed', F005: 'completed' }),
    is.completed('F003'),
    is.completed('F004'),
    ...is.jumped('F005'),
  );
  await life.quietStep(() => life.set({ F001: 'pending' }));
  const regression = { regression: true, regressed_from: 'completed' };
  await life.step(
    () => life.set({ F001: 'in_progress' }),
    is.started('F001', 'pending', { ...again, ...regression }),
  );
  await life.step(() => life.set({ F001: 'completed' }), is.completed('F001', again));
  const whole = life.next({ F020: 'in_progress' });
  const half = whole.subarray(0, whole.length / 2);
  await life.quietStep(() => project.write(PLAN, 'manifest.jsonl', half));
  await life.quietStep(() => project.write(PLAN, 'manifest.jsonl', ''));
  await life.step(() => project.write(PLAN, 'manifest.jsonl', whole), is.started('F020'));
  await pullRequest(life);
  await life.step(
    () => project.move(PLAN, 'complete'),
    is.ended({ pending: 22, in_progress: 1, completed: 6 }),
  );
}

async function pullRequest(life: PlanLife): Promise<void> {
  const told = await life.step(() => {
    for (let time = 0; time < 3; time++) life.project.linkPullRequest('example/project', 12);
  }, [
    'pr_created',
    null,
    {
      activation: 1,
      pr_number: 12,
      pr_repository: 'example/project',
      git_branch: `plan/${PLAN}`,
      session_source: 'transcript',
    },
  ]);
  expect(told.at(-1)?.pr_url).toBe('https://github.com/example/project/pull/12');
}

async function secondActivation(life: PlanLife): Promise<void> {
  const { project } = life;
  const is = eventsOf(2);
  await life.quietStep(() => project.move(PLAN, 'active'));
  await life.step(
    () => life.set({ F020: 'completed' }),
    is.orchestration,
    // It was in progress already when the plan was moved back, so that nobody knows for how long.
    is.completed('F020', { duration_ms: undefined }),
  );
  const before = await planEvents(life.server, PLAN);
  await life.server.kill();
  project.work();
  life.set({ F008: 'completed', F009: 'in_progress' });
  await life.collect();
  const after = await life.step(() => undefined, ...is.jumped('F008'), is.started('F009'));
  expect(after.slice(0, before.length)).toEqual(before);
  const left = life.withStatus('pending');
  expect(left.length).toBe(20);
  const rest = Object.fromEntries(left.map((id) => [id, 'completed']));
  await life.step(
    () => life.set({ ...rest, F009: 'completed' }),
    ...left.flatMap((id) => (id < 'F009' ? is.jumped(id) : [])),
    is.completed('F009'),
    ...left.flatMap((id) => (id > 'F009' ? is.jumped(id) : [])),
  );
  await life.step(() => project.move(PLAN, 'complete'), is.ended({ completed: 29 }));
}
