import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished } from 'vitest';
import { writeCorpus } from '../support/corpus-generator.ts';
import { needs } from '../support/offers.ts';
import { endOf, temporaryFolder, until } from '../support/running-command.ts';
import { startCollector } from '../support/running-server.ts';

const TOKEN_NAMES = [
  'input_tokens',
  'output_tokens',
  'cache_read_input_tokens',
  'cache_creation_5m_input_tokens',
  'cache_creation_1h_input_tokens',
];

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await until('port', () => (server.listening ? true : undefined));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A Prometheus that scrapes one target; answers the value of a query that has one, else undefined. */
async function startPrometheus(
  folder: string,
  target: string,
): Promise<(query: string) => Promise<number | undefined>> {
  const config = join(folder, 'prometheus.yml');
  const job = { job_name: 'hall-monitor', static_configs: [{ targets: [target] }] };
  // JSON is YAML.
  writeFileSync(
    config,
    JSON.stringify({ global: { scrape_interval: '1s' }, scrape_configs: [job] }),
  );
  const address = `127.0.0.1:${await freePort()}`;
  const args = [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(folder, 'tsdb')}`,
    `--web.listen-address=${address}`,
  ];
  const child = spawn('prometheus', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = endOf(child);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return async (query) => {
    try {
      const response = await fetch(
        `http://${address}/api/v1/query?${new URLSearchParams({ query }).toString()}`,
      );
      const { data } = (await response.json()) as {
        data: { result: readonly { value: [number, string] }[] };
      };
      const [first] = data.result;
      return first === undefined ? undefined : Number(first.value[1]);
    } catch {
      // It does not answer yet; the caller asks again.
      return undefined;
    }
  };
}

describe('a real Prometheus', () => {
  needs('prometheus')('scrapes the totals that REST tells', async () => {
    const { folder, remove } = temporaryFolder();
    onTestFinished(remove);
    const place = { home: join(folder, 'home'), claudeDir: join(folder, 'claude') };
    writeCorpus(place.claudeDir, { mb: 4, seed: 41 });
    const server = await startCollector(place);
    onTestFinished(async () => void (await server.kill()));
    await server.ready();
    const query = await startPrometheus(folder, new URL(server.url).host);
    await until('scrape', async () =>
      (await query('up{job="hall-monitor"}')) === 1 ? true : undefined,
    );
    const { totals } = await server.json<{ totals: Record<string, number> }>('/api/metrics/costs');
    const tokens = TOKEN_NAMES.reduce((sum, name) => sum + (totals[name] ?? 0), 0);
    expect(await query('sum(hall_monitor_tokens_total)')).toBe(tokens);
    expect(await query('sum(hall_monitor_requests_total)')).toBe(totals['requests']);
    expect(await query('sum(hall_monitor_cost_usd_total)')).toBeCloseTo(totals['cost_usd'] ?? 0, 6);
  });
});
