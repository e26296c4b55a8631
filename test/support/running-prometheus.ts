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

/** A real Prometheus on loopback. */
export interface RunningPrometheus {
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
}

interface Answer {
  readonly data: {
    readonly result: readonly { metric: Record<string, string>; value: [number, string] }[];
  };
}

/** Starts it; blocks in its folder are kept however old they are. */
export async function startPrometheus({
  folder,
  data,
  target,
}: PrometheusPlace): Promise<RunningPrometheus> {
  const config = join(folder, 'prometheus.yml');
  const job = { job_name: 'hall-monitor', static_configs: [{ targets: [target] }] };
  const scrapes = target === undefined ? [] : [job];
  // JSON is YAML.
  writeFileSync(
    config,
    JSON.stringify({ global: { scrape_interval: '1s' }, scrape_configs: scrapes }),
  );
  const address = `127.0.0.1:${await freePort()}`;
  const args = [
    `--config.file=${config}`,
    `--storage.tsdb.path=${data}`,
    '--storage.tsdb.retention.time=100y',
    `--web.listen-address=${address}`,
  ];
  const child = spawn('prometheus', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = endOf(child);
  return {
    query: async (text, at) => {
      const asked = new URLSearchParams({
        query: text,
        ...(at !== undefined && { time: String(at) }),
      });
      try {
        const response = await fetch(`http://${address}/api/v1/query?${asked.toString()}`);
        if (!response.ok) return undefined;
        const { data: answer } = (await response.json()) as Answer;
        return answer.result.map(({ metric, value }) => ({
          labels: metric,
          value: Number(value[1]),
        }));
      } catch {
        // It does not answer yet; the caller asks again.
        return undefined;
      }
    },
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await until('port', () => (server.listening ? true : undefined));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
