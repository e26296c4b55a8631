import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished } from 'vitest';
import { parseOpenMetrics, seriesName } from '../exporters/openmetrics-grammar.ts';
import { writeCorpus } from '../support/corpus-generator.ts';
import { needs } from '../support/offers.ts';
import {
  commandJson,
  endOf,
  environmentOf,
  LAUNCHER,
  type Place,
  runCommand,
  startCommand,
  temporaryFolder,
  until,
} from '../support/running-command.ts';
import { type RunningPrometheus, startPrometheus } from '../support/running-prometheus.ts';
import { startCollector } from '../support/running-server.ts';
import { TOKEN_NAMES } from '../support/token-names.ts';

const DAY_S = 86_400;
const ZONE = 'Asia/Kathmandu';
const ZONE_OFFSET_S = 5.75 * 3_600;

interface Imported extends Place {
  readonly folder: string;
  readonly file: string;
  readonly data: string;
}

/** An imported corpus, with places for a file and for the data of Prometheus. */
async function imported(mb: number, days: number): Promise<Imported> {
  const { folder, remove } = temporaryFolder();
  onTestFinished(remove);
  const place = { home: join(folder, 'home'), claudeDir: join(folder, 'claude') };
  writeCorpus(place.claudeDir, { mb, seed: 43, days });
  expect((await runCommand(place, 'import')).code).toBe(0);
  return { ...place, folder, file: join(folder, 'history.om'), data: join(folder, 'data') };
}

/** Exports the past of the metrics and makes blocks of it. */
async function makeBlocks(place: Imported, ...args: readonly string[]): Promise<string> {
  const { file, data } = place;
  const { code } = await runCommand(place, 'export', 'openmetrics', '--out', file, ...args);
  expect(code).toBe(0);
  const made = spawnSync(
    'promtool',
    ['tsdb', 'create-blocks-from', 'openmetrics', '--max-block-duration=744h', file, data],
    { encoding: 'utf8' },
  );
  expect({ status: made.status, stderr: made.stderr }).toEqual({ status: 0, stderr: '' });
  return readFileSync(file, 'utf8');
}

async function askable(
  place: Imported,
  more: { readonly target?: string } = {},
): Promise<RunningPrometheus> {
  const prometheus = await startPrometheus({ folder: place.folder, data: place.data, ...more });
  onTestFinished(prometheus.stop);
  await until('answer', async () => await prometheus.query('vector(1)'));
  return prometheus;
}

describe('the past in a real Prometheus', () => {
  needs('promtool', 'prometheus')('is to the cent what the reports say, day by day', async () => {
    const place = await imported(96, 62);
    const series = parseOpenMetrics(await makeBlocks(place, '--timezone', ZONE));
    const prometheus = await askable(place);
    const sumAt = async (query: string, at?: number): Promise<number> =>
      (await prometheus.query(`sum(${query})`, at))?.[0]?.value ?? 0;
    const { rows, totals } = await commandJson<{
      rows: readonly (Record<string, number> & { day: string })[];
      totals: Record<string, number>;
    }>(place, 'report', 'daily', '--timezone', ZONE);
    const tokensIn = (row: Readonly<Record<string, unknown>>): number =>
      TOKEN_NAMES.reduce((sum, name) => sum + Number(row[name] ?? 0), 0);
    const byDay = new Map(rows.map((row) => [Date.parse(`${row.day}T00:00:00Z`) / 1_000, row]));
    const days = [...byDay.keys()];
    expect(days.length).toBeGreaterThan(40);
    for (let day = Math.min(...days); day <= Math.max(...days); day += DAY_S) {
      const row: Readonly<Record<string, unknown>> = byDay.get(day) ?? {};
      const end = day - ZONE_OFFSET_S + DAY_S;
      // The second range holds what the first one holds where its beginning does not count, as in Prometheus 3.
      for (const range of ['1d', '86399s']) {
        const cost = await sumAt(`increase(hall_monitor_cost_usd_total[${range}])`, end);
        expect(cost).toBeCloseTo(Number(row['cost_usd'] ?? 0), 6);
      }
      expect(await sumAt('increase(hall_monitor_tokens_total[1d])', end)).toBeCloseTo(
        tokensIn(row),
        2,
      );
      expect(await sumAt('increase(hall_monitor_requests_total[1d])', end)).toBeCloseTo(
        Number(row['requests'] ?? 0),
        6,
      );
    }
    const end = series[0]?.samples.at(-1)?.at ?? 0;
    expect(await sumAt('max_over_time(hall_monitor_cost_usd_total[1y])', end)).toBeCloseTo(
      totals['cost_usd'] ?? 0,
      6,
    );
    const last = await prometheus.query('last_over_time({job="hall-monitor"}[1y])', end);
    const found = last?.map(({ labels: { __name__: name = '', ...labels }, value }) => [
      seriesName({ name, labels }),
      value,
    ]);
    expect(new Map(found as [string, number][])).toEqual(
      new Map(series.map((one) => [seriesName(one), one.samples.at(-1)?.value])),
    );
  });

  needs('promtool', 'prometheus')(
    'goes on in what is scraped, without a gap or a jump',
    async () => {
      const place = await imported(4, 3);
      const server = await startCollector(place);
      onTestFinished(async () => void (await server.kill()));
      await server.ready();
      const target = new URL(server.url).host;
      const series = parseOpenMetrics(
        await makeBlocks(place, '--no-sync', '--label', `instance=${target}`),
      );
      const prometheus = await askable(place, { target });
      await until('scrape', async () =>
        (await prometheus.query('up{job="hall-monitor"}'))?.[0]?.value === 1 ? true : undefined,
      );
      for (const name of [
        'hall_monitor_tokens_total',
        'hall_monitor_cost_usd_total',
        'hall_monitor_requests_total',
        'hall_monitor_tool_calls_total',
      ]) {
        const told = series.filter((one) => one.name === name);
        const joined = await prometheus.query(`last_over_time(${name}[30d])`);
        expect(joined).toHaveLength(told.length);
        expect(await prometheus.query(`resets(${name}[30d]) > 0`)).toEqual([]);
        const exported = told.reduce((sum, { samples }) => sum + (samples.at(-1)?.value ?? 0), 0);
        const [scraped] = (await prometheus.query(`sum(${name})`)) ?? [];
        expect(scraped?.value).toBeCloseTo(exported, 6);
      }
    },
  );
});

describe('an export', () => {
  needs('posix')('ends quietly when its reader has seen enough', async () => {
    const place = await imported(4, 3);
    const child = startCommand(place, ['export', 'jsonl', '--no-sync']);
    const ended = endOf(child);
    child.stdout?.once('data', () => child.stdout?.destroy());
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
  });

  needs('posix')('can be stopped while it writes to a file that somebody else opened', async () => {
    const place = await imported(4, 60);
    const out = openSync(place.file, 'w');
    const args = ['export', 'openmetrics', '--fill', 'step', '--step', '1m', '--no-sync'];
    const child = spawn(process.execPath, [LAUNCHER, ...args], {
      env: environmentOf(place),
      stdio: ['ignore', out, 'pipe'],
    });
    closeSync(out);
    const ended = endOf(child);
    await until('output', () => (statSync(place.file).size > 1_000_000 ? true : undefined));
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 130, stderr: 'Stopped.\n' });
    expect(spawnSync('tail', ['-c', '6', place.file], { encoding: 'utf8' }).stdout).not.toBe(
      '# EOF\n',
    );
  });

  needs('posix')('leaves nothing behind when it is stopped', async () => {
    const place = await imported(4, 60);
    const args = ['export', 'openmetrics', '--out', place.file, '--fill', 'step', '--step', '1m'];
    const child = startCommand(place, [...args, '--since', '2020-01-01', '--no-sync']);
    const ended = endOf(child);
    const drafts = (): readonly string[] =>
      readdirSync(place.folder).filter((name) => name.startsWith('history'));
    await until('draft', () => (drafts().length > 0 ? true : undefined));
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 130, stderr: 'Stopped; nothing was written.\n' });
    expect(drafts()).toEqual([]);
  });
});
