/**
 * A collector in whose home everything happens, with its history in a real Prometheus that scrapes it by the
 * configuration that is shipped: what Grafana would ask is there.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { liveLine, liveMessageId } from '../corpus-live.ts';
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
const SCRAPES = 25;
/** So many show what the second round began with. */
const FEW_SCRAPES = 5;

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
  const backend = await startDeafBackend();
  const env = { ...home.env, OTEL_EXPORTER_OTLP_ENDPOINT: backend.url };
  const server = await startCollector({ ...home, env });
  await server.ready();
  await liveOn(server, home, 1);
  const target = new URL(server.url).host;
  const data = join(folder, 'tsdb');
  await keepHistory({ home, target, file: join(folder, 'history.om'), data });
  const prometheus = await startPrometheus({
    folder,
    data,
    config: (self) => shippedConfig({ folder, target, self }),
  });
  const stop = async (): Promise<void> => {
    await prometheus.stop();
    await server.kill();
    backend.close();
  };
  try {
    await scrapes(prometheus, FEW_SCRAPES);
    await liveOn(server, home, 2);
    await scrapes(prometheus, SCRAPES);
  } catch (error) {
    await stop();
    throw error;
  }
  return { home, server, prometheus, stop };
}

/** The same on a machine where nothing was before but one session, an hour ago, and without its past. */
export async function watchFresh(folder: string): Promise<Omit<WatchedCollector, 'home'>> {
  const home = { home: join(folder, 'home'), claudeDir: join(folder, 'claude') };
  const session = '0b5e55ed-0000-4000-8000-0000000000ff';
  const file = join(home.claudeDir, 'projects', '-home-dev-live', `${session}.jsonl`);
  mkdirSync(dirname(file), { recursive: true });
  const line = liveLine({ messageId: liveMessageId(1), session, atMs: Date.now() - 1_000 });
  writeFileSync(file, line);
  const server = await startCollector(home);
  await server.ready();
  const target = new URL(server.url).host;
  const prometheus = await startPrometheus({
    folder,
    data: join(folder, 'tsdb'),
    config: (self) => shippedConfig({ folder, target, self }),
  });
  const stop = async (): Promise<void> => {
    await prometheus.stop();
    await server.kill();
  };
  await scrapes(prometheus, FEW_SCRAPES);
  return { server, prometheus, stop };
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
  const options = ['--no-sync', '--label', label, '--out', file];
  const { code, stderr } = await runCommand(home, 'export', 'openmetrics', ...options);
  if (code !== 0) throw new Error(`No history was exported: ${stderr}`);
  const made = spawnSync(
    'promtool',
    ['tsdb', 'create-blocks-from', 'openmetrics', '--max-block-duration=744h', file, data],
    { encoding: 'utf8' },
  );
  if (made.status !== 0) throw new Error(`No blocks were made: ${made.stderr}`);
}

async function scrapes(prometheus: RunningPrometheus, count: number): Promise<void> {
  await until('scrapes', async () => {
    const done = await prometheus.query('min(count_over_time(up{job="hall-monitor"}[5m]))');
    return (done?.[0]?.value ?? 0) >= count ? true : undefined;
  });
}

/** A backend that cannot take traces now and will never take logs. */
async function startDeafBackend(): Promise<{ readonly url: string; readonly close: () => void }> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(request.url === '/v1/logs' ? 400 : 503).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => void server.close() };
}

/** The configuration of the compose file, for these addresses, this folder and a faster clock. */
export function shippedConfig({
  folder,
  target,
  self,
}: {
  /** Where rules with a faster clock may be put. */
  readonly folder: string;
  readonly target: string;
  readonly self: string;
}): string {
  const text = readFileSync(join(ROOT, 'docker/prometheus.yml'), 'utf8');
  for (const part of [SHIPPED_TARGET, SHIPPED_RULES])
    if (!text.includes(part)) throw new Error(`docker/prometheus.yml does not name ${part}.`);
  return text
    .replaceAll(SHIPPED_TARGET, target)
    .replaceAll(SHIPPED_SELF, self)
    .replaceAll(SHIPPED_RULES, hastenedRules(folder))
    .replaceAll(SHIPPED_INTERVAL, '$1: 1s');
}

/** The shipped rules, evaluated each second; the folder they are in. */
function hastenedRules(folder: string): string {
  const hastened = join(folder, 'rules');
  mkdirSync(hastened, { recursive: true });
  for (const name of ['recording.rules.yml', 'alerts.rules.yml']) {
    const text = readFileSync(join(ROOT, 'grafana/alerts', name), 'utf8');
    writeFileSync(join(hastened, name), text.replaceAll(/interval: 1m/g, 'interval: 1s'));
  }
  return hastened;
}
