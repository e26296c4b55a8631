import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { listen } from '../support/client-events.ts';
import type { Place } from '../support/running-command.ts';
import { type RunningCollector, startCollector } from '../support/running-server.ts';
import type { Bench, BenchOptions, Figures } from './bench.ts';
import { measureCommand, median, percentile, rounded, withFolder } from './bench.ts';

const RATE_PER_SECOND = 500;
const REPEATS = 3;
/** In its first seconds a process compiles what it runs; how long that is felt is told apart. */
const WARM_UP_SECONDS = 2;

/** A backlog taken in, hooks over HTTP at 500 a second, and the time from a spooled hook to its event. */
export const run: Bench = async (options) => ({
  ...(await draining(options)),
  ...(await intake(options)),
});

/** Payloads of one tool call after the other, with a prompt and an end of turn for every ten. */
const payloads = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => {
    const turn = Math.floor(index / 22);
    const common = {
      session_id: `00000000-0000-4000-8000-${String(turn % 50).padStart(12, '0')}`,
      transcript_path: `/home/dev/.claude/projects/-home-dev-project/${turn % 50}.jsonl`,
      cwd: '/home/dev/project',
      prompt_id: `prompt-${turn}`,
      permission_mode: 'default',
    };
    const step = index % 22;
    if (step === 0)
      return JSON.stringify({ ...common, hook_event_name: 'UserPromptSubmit', prompt: 'go on' });
    if (step === 21) return JSON.stringify({ ...common, hook_event_name: 'Stop' });
    const tool_use_id = `toolu_01${String(turn * 11 + Math.floor((step - 1) / 2)).padStart(22, '0')}`;
    const tool_input = { command: 'make test', description: 'x'.repeat(200) };
    const tool = { ...common, tool_name: 'Bash', tool_input, tool_use_id };
    return JSON.stringify(
      step % 2 === 1
        ? { ...tool, hook_event_name: 'PreToolUse' }
        : {
            ...tool,
            hook_event_name: 'PostToolUse',
            tool_response: { stdout: 'y'.repeat(1_500), stderr: '', interrupted: false },
            duration_ms: 12,
          },
    );
  });

const spool = (home: string, texts: readonly string[]): void => {
  const folder = join(home, 'spool', 'new');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  texts.forEach((text, index) => writeFileSync(join(folder, `${index}.1-user`), text));
};

const draining = async ({ isQuick, note }: BenchOptions): Promise<Figures> => {
  const count = isQuick ? 10_000 : 100_000;
  const texts = payloads(count);
  const rates: number[] = [];
  const peaks: number[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    await withFolder(async (folder) => {
      const place: Place = { home: join(folder, 'home'), claudeDir: join(folder, 'claude') };
      mkdirSync(place.home, { mode: 0o700 });
      spool(place.home, texts);
      const { stdout, peakRssMib } = await measureCommand(place, folder, 'import', '--json');
      const { read_hooks, duration_ms } = JSON.parse(stdout) as Record<string, number>;
      if (read_hooks !== count) throw new Error(`${read_hooks} of ${count} payloads were drained`);
      rates.push((count / duration_ms!) * 1000);
      if (peakRssMib !== null) peaks.push(peakRssMib);
    });
    note(`drained at ${Math.round(rates.at(-1)!)} a second`);
  }
  return {
    drained_payloads: count,
    drained_per_s: Math.round(median(rates)),
    drain_peak_rss_mib: rounded(Math.max(0, ...peaks)),
  };
};

const intake = (options: BenchOptions): Promise<Figures> =>
  withFolder(async (folder) => {
    const env = { HALL_MONITOR_LOG_LEVEL: 'debug' };
    const place: Place = { home: join(folder, 'home'), claudeDir: join(folder, 'claude'), env };
    const server = await startCollector(place);
    try {
      await server.ready();
      const seconds = options.isQuick ? 4 : 20;
      const http = await posting(server, payloads(RATE_PER_SECOND * seconds));
      const served = servingTimes(server.said());
      const warm = served.slice(RATE_PER_SECOND * WARM_UP_SECONDS);
      options.note(
        `${http.length} hooks over HTTP, ${served.length} of them timed by the collector`,
      );
      const live = await spooling(server, place.home, options.isQuick ? 100 : 400);
      return {
        http_rate_per_s: RATE_PER_SECOND,
        http_served_p50_ms: rounded(percentile(warm, 0.5), 2),
        http_served_p99_ms: rounded(percentile(warm, 0.99), 2),
        http_served_cold_too_p99_ms: rounded(percentile(served, 0.99), 2),
        http_seen_by_client_p50_ms: rounded(percentile(http, 0.5), 2),
        http_seen_by_client_p99_ms: rounded(percentile(http, 0.99), 2),
        spool_to_event_p50_ms: rounded(percentile(live, 0.5)),
        spool_to_event_p99_ms: rounded(percentile(live, 0.99)),
      };
    } finally {
      await server.stop();
    }
  });

/** How long the collector itself took for each hook, as its log tells. */
const servingTimes = (said: string): readonly number[] =>
  said
    .split('\n')
    .filter((line) => line.includes('"path":"/hooks"'))
    .map((line) => (JSON.parse(line) as { readonly tookMs: number }).tookMs);

/** Sends at a steady rate, however long the answers take; each time is from sending to the end of the answer. */
const posting = async (server: RunningCollector, texts: readonly string[]): Promise<number[]> => {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const startMs = performance.now();
  const latencies = texts.map(async (text, index) => {
    await sleep(Math.max(0, startMs + (index * 1000) / RATE_PER_SECOND - performance.now()));
    const sentMs = performance.now();
    const status = await post(`${server.url}/hooks`, text, agent);
    if (status !== 200) throw new Error(`the collector answered ${status}`);
    return performance.now() - sentMs;
  });
  const all = await Promise.all(latencies);
  agent.destroy();
  return all;
};

const post = (url: string, text: string, agent: Agent): Promise<number> =>
  new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
    };
    const sent = request(url, { method: 'POST', agent, headers }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
    });
    sent.on('error', reject).end(text);
  });

const spooling = async (
  server: RunningCollector,
  home: string,
  count: number,
): Promise<number[]> => {
  const sentMs = new Map<string, number>();
  const latencies: number[] = [];
  const client = listen(`${server.url}/events/metrics`, ({ entry }) => {
    const ms = sentMs.get(String(entry.data['prompt_id']));
    if (ms !== undefined) latencies.push(performance.now() - ms);
  });
  await client.opened;
  for (let index = 0; index < count; index++) {
    const prompt_id = `live-${index}`;
    const [tmp, ready] = ['tmp', 'new'].map((folder) =>
      join(home, 'spool', folder, `${index}.9-user`),
    );
    writeFileSync(
      tmp!,
      JSON.stringify({ session_id: 'live', hook_event_name: 'Stop', cwd: '/x', prompt_id }),
    );
    sentMs.set(prompt_id, performance.now());
    renameSync(tmp!, ready!);
    await sleep(10);
  }
  while (latencies.length < count) await sleep(20);
  client.close();
  return latencies;
};
