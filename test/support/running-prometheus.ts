import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { endOf, until } from './running-command.ts';

/** One series of an answer. */
export interface PromValue {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** One series over time. */
export interface PromSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** Unix seconds and values, in order. */
  readonly points: readonly (readonly [at: number, value: number])[];
}

/** Which span a series is asked for, in unix seconds, and the distance of two points. */
export interface PromSpan {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** A real Prometheus on loopback. */
export interface RunningPrometheus {
  /** Address of its HTTP interface. */
  readonly url: string;
  /** What a range query gives. Rejects with what Prometheus says of a query that it refuses. */
  readonly range: (text: string, span: PromSpan) => Promise<readonly PromSeries[]>;
  /** The same for an instant query. */
  readonly instant: (text: string, at?: number) => Promise<readonly PromValue[]>;
  /** What an instant query gives at a moment in unix seconds, now by default; undefined while it does not answer. */
  readonly query: (text: string, at?: number) => Promise<readonly PromValue[] | undefined>;
  readonly stop: () => Promise<void>;
}

/** Where a Prometheus keeps its data, and what it scrapes, if anything. */
export interface PrometheusPlace {
  /** Folder for its configuration. */
  readonly folder: string;
  /** Folder of its blocks. */
  readonly data: string;
  readonly target?: string;
  /** Its whole configuration by its own address, instead of one that scrapes the target. */
  readonly config?: (address: string) => string;
}

interface Answer<R> {
  readonly status: string;
  readonly error?: string;
  readonly data: { readonly resultType: string; readonly result: readonly R[] };
}
type Pair = readonly [number, string];
type VectorAnswer = Answer<{ metric: Record<string, string>; value: Pair }>;
type MatrixAnswer = Answer<{ metric: Record<string, string>; values: readonly Pair[] }>;

/** Starts it; blocks in its folder are kept however old they are. */
export async function startPrometheus({
  folder,
  data,
  target,
  config: given,
}: PrometheusPlace): Promise<RunningPrometheus> {
  const config = join(folder, 'prometheus.yml');
  const address = `127.0.0.1:${await freePort()}`;
  writeFileSync(config, given?.(address) ?? scraping(target));
  const args = [
    `--config.file=${config}`,
    `--storage.tsdb.path=${data}`,
    '--storage.tsdb.retention.time=100y',
    `--web.listen-address=${address}`,
  ];
  const child = spawn('prometheus', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = endOf(child);
  const url = `http://${address}`;
  const ask = async <A extends Answer<unknown>>(
    path: string,
    asked: Readonly<Record<string, string | number>>,
  ): Promise<A> => {
    const body = new URLSearchParams();
    for (const [name, value] of Object.entries(asked)) body.set(name, String(value));
    const response = await fetch(`${url}/api/v1/${path}`, { method: 'POST', body });
    const answer = (await response.json()) as A;
    if (answer.status !== 'success') throw new Error(`${answer.error}: ${JSON.stringify(asked)}`);
    return answer;
  };
  const instant = async (query: string, at?: number): Promise<readonly PromValue[]> => {
    const { data } = await ask<VectorAnswer>('query', {
      query,
      ...(at !== undefined && { time: at }),
    });
    return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
  };
  return {
    url,
    instant,
    range: async (query, span) => {
      const { data } = await ask<MatrixAnswer>('query_range', {
        query,
        start: span.start,
        end: span.end,
        step: span.step,
      });
      return data.result.map(({ metric, values }) => ({
        labels: metric,
        points: values.map(([at, value]) => [at, Number(value)] as const),
      }));
    },
    // It does not answer yet, or is not ready; the caller asks again.
    query: (text, at) => instant(text, at).catch(() => undefined),
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** A configuration that scrapes one target each second; JSON is YAML. */
function scraping(target: string | undefined): string {
  const job = { job_name: 'hall-monitor', static_configs: [{ targets: [target] }] };
  return JSON.stringify({
    global: { scrape_interval: '1s' },
    scrape_configs: target === undefined ? [] : [job],
  });
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await until('port', () => (server.listening ? true : undefined));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
