import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { listen } from '../support/client-events.ts';
import { manifestLine, PlanProject } from '../support/plan-project.ts';
import { type Place, until } from '../support/running-command.ts';
import { type RunningCollector, startCollector } from '../support/running-server.ts';
import type { Bench, BenchOptions, Figures } from './bench.ts';
import { median, percentile, rounded, withFolder } from './bench.ts';

const PLANS = 100;
const FEATURES = 50;
const MANY_FEATURES = 10_000;
const LOOK_AT_ONCE = { HALL_MONITOR_PLANS_DEBOUNCE_MS: '0' };

/** From a manifest's being written to its event's being here, and what a change costs the collector. */
export const run: Bench = async (options) => ({
  ...(await appending(options)),
  ...(await amongMany(options)),
  ...(await longManifest(options)),
});

/** A collector, a project in which a session has worked, and how to wait for what is told of its plans. */
interface Scene {
  readonly server: RunningCollector;
  readonly project: PlanProject;
  /** Does something and returns how long it took until as many events were told. */
  readonly timed: (act: () => void, events?: number) => Promise<number>;
}

const withScene = (
  env: Place['env'],
  prepare: (project: PlanProject) => void,
  work: (scene: Scene) => Promise<Figures>,
): Promise<Figures> =>
  withFolder(async (folder) => {
    const claudeDir = join(folder, 'claude');
    mkdirSync(claudeDir);
    const place: Place = { home: join(folder, 'home'), claudeDir, ...(env && { env }) };
    const project = new PlanProject({
      folder: join(folder, 'project'),
      claudeDir,
      session: 'a5e55101-0000-4000-8000-000000000000',
      branch: 'main',
    });
    project.work();
    prepare(project);
    const server = await startCollector(place);
    try {
      await server.ready();
      let missing = 0;
      let whenTold = (): void => undefined;
      const client = listen(`${server.url}/events/plans`, ({ entry }) => {
        // A higher revision says who did it, which may be told later.
        if (entry.revision === 0 && (missing -= 1) === 0) whenTold();
      });
      await client.opened;
      const timed = async (act: () => void, events = 1): Promise<number> => {
        missing = events;
        const told = new Promise<void>((resolve) => (whenTold = resolve));
        const startMs = performance.now();
        act();
        await told;
        return performance.now() - startMs;
      };
      const figures = await work({ server, project, timed });
      client.close();
      return figures;
    } finally {
      await server.stop();
    }
  });

const lines = (count: number, first = 0) =>
  Array.from({ length: count }, (_, index) => manifestLine(`F${String(first + index)}`));

const appending = ({ isQuick, note }: BenchOptions): Promise<Figures> =>
  withScene(
    {},
    (project) => project.writeManifest('growing', lines(1)),
    async ({ server, project, timed }) => {
      await plansToBe(server, 1);
      const times = isQuick ? 20 : 200;
      const latenciesMs: number[] = [];
      for (let time = 1; time <= times; time++) {
        const line = manifestLine(`F${time}`);
        latenciesMs.push(await timed(() => project.appendFeature('growing', line)));
      }
      note(`${times} features appended`);
      return {
        appended: times,
        append_to_event_p50_ms: rounded(percentile(latenciesMs, 0.5)),
        append_to_event_p99_ms: rounded(percentile(latenciesMs, 0.99)),
        append_to_event_max_ms: rounded(Math.max(...latenciesMs)),
      };
    },
  );

/** One feature of one of many plans after the other, looked at without a pause to gather changes. */
const amongMany = ({ isQuick, note }: BenchOptions): Promise<Figures> =>
  withScene(
    LOOK_AT_ONCE,
    (project) => {
      for (let plan = 0; plan < PLANS; plan++)
        project.writeManifest(`plan-${plan}`, lines(FEATURES));
    },
    async ({ server, project, timed }) => {
      await plansToBe(server, PLANS);
      const times = isQuick ? 100 : 500;
      const manifests = Array.from({ length: PLANS }, () => lines(FEATURES));
      const walls: number[] = [];
      const cpuBefore = await cpuSeconds(server);
      for (let time = 0; time < times; time++) {
        const plan = time % PLANS;
        const feature = Math.floor(time / PLANS);
        // The first one of a plan begins its orchestration too.
        const events = feature === 0 ? 2 : 1;
        const manifest = manifests[plan]!.map((line, index) =>
          index === feature ? { ...line, status: 'in_progress' } : line,
        );
        manifests[plan] = manifest;
        walls.push(await timed(() => project.writeManifest(`plan-${plan}`, manifest), events));
      }
      const cpuMs = ((await cpuSeconds(server)) - cpuBefore) * 1000;
      note(`${times} changes among ${PLANS} plans`);
      return {
        plans: PLANS,
        features_each: FEATURES,
        changes: times,
        change_to_event_p50_ms: rounded(median(walls)),
        change_to_event_p95_ms: rounded(percentile(walls, 0.95)),
        change_cpu_all_threads_ms: rounded(cpuMs / times, 2),
        ...(await answering(server, isQuick ? 20 : 100)),
      };
    },
  );

const answering = async (server: RunningCollector, calls: number): Promise<Figures> => {
  const routes = { scrape: '/metrics', plans: '/api/plans', plan: '/api/plans/plan-1' };
  const figures: Record<string, number> = {};
  for (const [name, path] of Object.entries(routes)) {
    const ms: number[] = [];
    for (let call = 0; call < calls; call++) {
      const startMs = performance.now();
      await (await server.get(path)).text();
      ms.push(performance.now() - startMs);
    }
    figures[`${name}_p50_ms`] = rounded(percentile(ms, 0.5), 2);
    figures[`${name}_p95_ms`] = rounded(percentile(ms, 0.95), 2);
  }
  return figures;
};

const longManifest = ({ isQuick, note }: BenchOptions): Promise<Figures> =>
  withScene(
    LOOK_AT_ONCE,
    (project) => project.writeManifest('small', lines(1)),
    async ({ server, project, timed }) => {
      await plansToBe(server, 1);
      const manifest = lines(MANY_FEATURES);
      const firstMs = await timed(
        () => project.writeManifest('long', manifest),
        // One for each feature, and that there is a manifest.
        MANY_FEATURES + 1,
      );
      const changesMs: number[] = [];
      const cpuBefore = await cpuSeconds(server);
      const times = isQuick ? 3 : 20;
      for (let time = 0; time < times; time++) {
        manifest[time] = { ...manifest[time]!, status: 'in_progress' };
        const events = time === 0 ? 2 : 1;
        changesMs.push(await timed(() => project.writeManifest('long', manifest), events));
      }
      const cpuMs = ((await cpuSeconds(server)) - cpuBefore) * 1000;
      note(`${MANY_FEATURES} features in one manifest`);
      return {
        long_manifest_features: MANY_FEATURES,
        long_manifest_first_sight_ms: rounded(firstMs, 0),
        long_manifest_change_p50_ms: rounded(median(changesMs)),
        long_manifest_change_cpu_all_threads_ms: rounded(cpuMs / times, 1),
      };
    },
  );

const plansToBe = (server: RunningCollector, count: number): Promise<true> =>
  until(`${count} plans`, async () => {
    const { data } = await server.json<{
      data: readonly { readonly feature_counts: { readonly total: number } }[];
    }>('/api/plans?limit=1000');
    return data.length === count && data.every(({ feature_counts: { total } }) => total > 0)
      ? true
      : undefined;
  });

/** Processor time that a collector has used so far, by its own word. */
async function cpuSeconds(server: Pick<RunningCollector, 'get'>): Promise<number> {
  const text = await (await server.get('/metrics')).text();
  return Number(/^process_cpu_seconds_total (\S+)$/m.exec(text)?.[1] ?? 'NaN');
}
