/**
 * A collector in whose home everything happens, with its history in a real Prometheus that scrapes it by the
 * configuration that is shipped: what Grafana would ask is there.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type LivelyHome, liveOn, writeLivelyHome } from '../lively-home.ts';
import { runCommand, until } from '../running-command.ts';
import { type RunningPrometheus, startPrometheus } from '../running-prometheus.ts';
import { type RunningCollector, startCollector } from '../running-server.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const SHIPPED_TARGET = '127.0.0.1:9464';
const SHIPPED_SELF = '127.0.0.1:9090';
const SHIPPED_RULES = '/etc/prometheus/rules';
const SHIPPED_INTERVAL = /(scrape_interval|scrape_timeout|evaluation_interval): \d+[sm]/g;
/** So many scrapes show each rule and each rate over what only the process knows. */
const SCRAPES = 20;

/** Everything that runs, and since when it is watched. */
export interface WatchedCollector {
  readonly home: LivelyHome;
  readonly server: RunningCollector;
  readonly prometheus: RunningPrometheus;
  readonly stop: () => Promise<void>;
}

/** Starts all of it in a folder; `days` and `mb` say how much history there is. */
export async function watchCollector(
  folder: string,
  size: { readonly days: number; readonly mb: number },
): Promise<WatchedCollector> {
  const home = writeLivelyHome(folder, { ...size, nowMs: Date.now() });
  const server = await startCollector(home);
  await server.ready();
  await liveOn(server, home);
  const target = new URL(server.url).host;
  const data = join(folder, 'tsdb');
  await keepHistory({ home, target, file: join(folder, 'history.om'), data });
  const prometheus = await startPrometheus({
    folder,
    data,
    config: (self) => shippedConfig({ target, self }),
  });
  const stop = async (): Promise<void> => {
    await prometheus.stop();
    await server.kill();
  };
  try {
    await until('scrapes', async () => {
      const done = await prometheus.query('min(count_over_time(up{job="hall-monitor"}[5m]))');
      return (done?.[0]?.value ?? 0) >= SCRAPES ? true : undefined;
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { home, server, prometheus, stop };
}

/** Makes the past known to a Prometheus that has not begun yet, as the same series that it will scrape. */
async function keepHistory({
  home,
  target,
  file,
  data,
}: {
  readonly home: LivelyHome;
  readonly target: string;
  readonly file: string;
  readonly data: string;
}): Promise<void> {
  const label = `instance=${target}`;
  const options = ['--no-sync', '--fill', 'step', '--label', label, '--out', file];
  const { code, stderr } = await runCommand(home, 'export', 'openmetrics', ...options);
  if (code !== 0) throw new Error(`No history was exported: ${stderr}`);
  const made = spawnSync(
    'promtool',
    ['tsdb', 'create-blocks-from', 'openmetrics', '--max-block-duration=744h', file, data],
    { encoding: 'utf8' },
  );
  if (made.status !== 0) throw new Error(`No blocks were made: ${made.stderr}`);
}

/** The configuration of the compose file, for these addresses, this folder and a faster clock. */
export function shippedConfig({
  target,
  self,
}: {
  readonly target: string;
  readonly self: string;
}): string {
  const text = readFileSync(join(ROOT, 'docker/prometheus.yml'), 'utf8');
  for (const part of [SHIPPED_TARGET, SHIPPED_RULES])
    if (!text.includes(part)) throw new Error(`docker/prometheus.yml does not name ${part}.`);
  return text
    .replaceAll(SHIPPED_TARGET, target)
    .replaceAll(SHIPPED_SELF, self)
    .replaceAll(SHIPPED_RULES, join(ROOT, 'grafana/alerts'))
    .replaceAll(SHIPPED_INTERVAL, '$1: 1s');
}
