import { mkdirSync, statSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { commandJson } from '../support/running-command.ts';
import { startCollector } from '../support/running-server.ts';
import type { Bench, Figures } from './bench.ts';
import { percentile, rounded, withFolder } from './bench.ts';
import { writeLargeStore } from './large-store.ts';

/** Answers over a large store, one after the other over one connection, as whoever asks sees them. */
export const run: Bench = ({ isQuick, note }) =>
  withFolder(async (folder) => {
    const requests = isQuick ? 100_000 : 1_000_000;
    const calls = isQuick ? 50 : 200;
    const home = join(folder, 'home');
    const claudeDir = join(folder, 'claude');
    mkdirSync(join(claudeDir, 'projects'), { recursive: true });
    note(`making a store of ${requests} requests`);
    const nowMs = Date.now();
    writeLargeStore({ home, requests, nowMs });
    const check = await commandJson<{ ok: boolean; size_bytes: number }>(
      { home, claudeDir },
      'db',
      'check',
    );
    if (!check.ok) throw new Error('The store that was made is not sound.');
    const today = new Date(nowMs).toISOString().slice(0, 10);
    const routes = {
      active_sessions: '/api/sessions?state=active',
      today_by_project: `/api/metrics/aggregations?period=day&group_by=project&metric=tokens&from=${today}`,
      recent_tools: '/api/tools?limit=50',
      context: '/api/context',
      metrics_page: '/api/metrics?limit=50',
      prometheus: '/metrics',
    };
    const server = await startCollector({ home, claudeDir });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const figures: Record<string, Figures> = {};
    try {
      await server.ready();
      for (const [name, path] of Object.entries(routes)) {
        const ms: number[] = [];
        for (let call = 0; call < calls; call++)
          ms.push(await timeGet(`${server.url}${path}`, agent));
        figures[name] = {
          first_ms: rounded(ms[0] ?? 0, 2),
          p50_ms: rounded(percentile(ms, 0.5), 2),
          p95_ms: rounded(percentile(ms, 0.95), 2),
          p99_ms: rounded(percentile(ms, 0.99), 2),
        };
        note(`${path}: ${JSON.stringify(figures[name])}`);
      }
    } finally {
      agent.destroy();
      await server.stop();
    }
    return {
      requests,
      store_mib: rounded(statSync(join(home, 'hall-monitor.db')).size / 1024 / 1024, 0),
      calls_each: calls,
      ...figures,
    };
  });

const timeGet = (url: string, agent: Agent): Promise<number> =>
  new Promise((resolve, reject) => {
    const startMs = performance.now();
    get(url, { agent }, (response) => {
      response.resume();
      response.on('end', () => {
        if (response.statusCode === 200) resolve(performance.now() - startMs);
        else reject(new Error(`${url}: ${response.statusCode}`));
      });
    }).on('error', reject);
  });
