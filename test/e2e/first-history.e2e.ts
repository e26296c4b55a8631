import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished } from 'vitest';
import { parseOpenMetrics } from '../exporters/openmetrics-grammar.ts';
import { pathWithNode } from '../support/compose/follow-dockerfile.ts';
import { ROOT } from '../support/compose/resolved-stack.ts';
import { writeCorpus } from '../support/corpus-generator.ts';
import { needs } from '../support/offers.ts';
import {
  environmentOf,
  LAUNCHER,
  type Place,
  startCommand,
  temporaryFolder,
  until,
} from '../support/running-command.ts';
import { freePort, startPrometheus } from '../support/running-prometheus.ts';
import { followCollector } from '../support/running-server.ts';

const STEP_S = 300;
const ascending = (left: number, right: number): number => left - right;
const COUNTERS = [
  'hall_monitor_tokens_total',
  'hall_monitor_cost_usd_total',
  'hall_monitor_requests_total',
];

/** What the two services of the stack have before the first start. */
interface Stack extends Place {
  readonly folder: string;
  readonly history: string;
  readonly data: string;
  readonly target: string;
}

/** How a script ended, with everything it said. */
interface Said {
  readonly status: number | null;
  readonly text: string;
}

async function emptyStack(): Promise<Stack> {
  const { folder, remove } = temporaryFolder();
  onTestFinished(remove);
  const port = String(await freePort());
  const within = (name: string): string => join(folder, name);
  for (const name of ['claude', 'history', 'data']) mkdirSync(within(name));
  return {
    folder,
    home: within('home'),
    claudeDir: within('claude'),
    history: within('history'),
    data: within('data'),
    target: `127.0.0.1:${port}`,
    env: { HALL_MONITOR_PORT: port, PATH: pathWithNode(process.env['PATH']) },
  };
}

/** Runs a script of ours as the stack does, with its folders in other places. */
function script(stack: Stack, name: string, ...folders: readonly string[]): Said {
  const { status, stdout, stderr } = spawnSync('sh', [join(ROOT, 'docker', name), ...folders], {
    env: { ...environmentOf(stack), HALL_MONITOR_PROGRAM: LAUNCHER, ...stack.env },
    encoding: 'utf8',
  });
  return { status, text: stdout + stderr };
}

const writeHistory = (stack: Stack): Said => script(stack, 'history.sh', stack.history);
const makeBlocks = (stack: Stack): Said =>
  script(stack, 'history-blocks.sh', stack.history, stack.data);
const blocksOf = ({ data }: Stack): readonly string[] => readdirSync(data).sort();
const hasHistory = needs('posix', 'promtool', 'prometheus');

describe('the first start of the stack', () => {
  hasHistory('gives Prometheus a past that is one series with what is scraped', async () => {
    const stack = await emptyStack();
    writeCorpus(stack.claudeDir, { mb: 2, seed: 19, days: 3 });
    expect(writeHistory(stack).status).toBe(0);
    const told = parseOpenMetrics(readFileSync(join(stack.history, 'history.om'), 'utf8'));
    expect(makeBlocks(stack)).toMatchObject({
      status: 0,
      text: expect.stringContaining('The history is in Prometheus.') as string,
    });

    const collector = await followCollector(startCommand(stack, ['serve']));
    onTestFinished(async () => void (await collector.kill()));
    await collector.ready();
    const prometheus = await startPrometheus(stack);
    onTestFinished(prometheus.stop);
    await until('scrape', async () =>
      (await prometheus.query('up{job="hall-monitor"}'))?.[0]?.value === 1 ? true : undefined,
    );
    for (const name of COUNTERS) {
      const series = told.filter((one) => one.name === name);
      expect(series.length).toBeGreaterThan(2);
      // One series each, over the past and the present.
      expect(await prometheus.query(`last_over_time(${name}[30d])`)).toHaveLength(series.length);
      expect(await prometheus.query(`resets(${name}[30d]) > 0`)).toEqual([]);
      const exported = series.reduce((sum, { samples }) => sum + (samples.at(-1)?.value ?? 0), 0);
      expect((await prometheus.query(`sum(${name})`))?.[0]?.value).toBeCloseTo(exported, 6);
      // No gap for those who look back 25 hours: every look, five minutes apart, finds each series from its first sample on.
      const aligned = (at: number): number => Math.ceil(at / STEP_S) * STEP_S;
      const to = aligned((series[0]?.samples.at(-1)?.at ?? 0) - STEP_S);
      const looks = series.map(({ samples }) => (to - aligned(samples[0]?.at ?? 0)) / STEP_S + 1);
      expect(Math.max(...looks)).toBeGreaterThan(500);
      const range = `${Math.max(...looks) * STEP_S - STEP_S + 1}s:${STEP_S}s`;
      const seen = await prometheus.query(
        `count_over_time(last_over_time(${name}[25h])[${range}])`,
        to,
      );
      expect(seen?.map(({ value }) => value).sort(ascending)).toEqual(looks.sort(ascending));
    }
  });

  hasHistory('is the only one that adds a past', async () => {
    const stack = await emptyStack();
    writeCorpus(stack.claudeDir, { mb: 1, seed: 20, days: 2 });
    writeHistory(stack);
    makeBlocks(stack);
    const blocks = blocksOf(stack);
    expect(blocks.length).toBeGreaterThan(0);
    const again = 'The history is in Prometheus already.\n';
    expect(writeHistory(stack)).toEqual({ status: 0, text: again });
    expect(makeBlocks(stack)).toEqual({ status: 0, text: again });
    expect(blocksOf(stack)).toEqual(blocks);
    expect(readdirSync(stack.history)).toEqual(['done']);
  });

  hasHistory('goes on where it was stopped, without adding anything twice', async () => {
    const stack = await emptyStack();
    writeCorpus(stack.claudeDir, { mb: 1, seed: 21, days: 2 });
    writeHistory(stack);
    // As if it had been stopped while promtool was at work.
    mkdirSync(join(stack.data, 'history-new', '01HALFABLOCK'), { recursive: true });
    makeBlocks(stack);
    const blocks = blocksOf(stack);
    expect(blocks).not.toContain('history-new');
    expect(blocks).not.toContain('01HALFABLOCK');
    expect(blocks.every((block) => existsSync(join(stack.data, block, 'meta.json')))).toBe(true);
  });

  hasHistory('works where there are no transcripts yet', async () => {
    const stack = await emptyStack();
    expect(writeHistory(stack).status).toBe(0);
    expect(makeBlocks(stack).status).toBe(0);
    expect(blocksOf(stack)).not.toContain('history-new');
    expect(readdirSync(stack.history)).toContain('done');
  });

  hasHistory('is not kept from starting by a past that cannot be had, and says so', async () => {
    const stack = await emptyStack();
    writeFileSync(stack.home, 'This is no folder.');
    const { status, text } = writeHistory(stack);
    expect(status).toBe(0);
    expect(text).toContain('The history could not be written. The dashboards begin with today');
    expect(readdirSync(stack.history)).toEqual([]);
    expect(makeBlocks(stack)).toEqual({
      status: 0,
      text: expect.stringContaining('There is no history. The dashboards begin') as string,
    });
    writeFileSync(join(stack.history, 'history.om'), 'no metric at all {\n');
    const broken = makeBlocks(stack);
    expect(broken.status).toBe(0);
    expect(broken.text).toContain('No blocks could be made of the history.');
    expect(existsSync(join(stack.history, 'done'))).toBe(false);
  });
});
