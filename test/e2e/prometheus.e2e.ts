import { join } from 'node:path';
import { describe, expect, onTestFinished } from 'vitest';
import { writeCorpus } from '../support/corpus-generator.ts';
import { needs } from '../support/offers.ts';
import { temporaryFolder, until } from '../support/running-command.ts';
import { startPrometheus } from '../support/running-prometheus.ts';
import { startCollector } from '../support/running-server.ts';
import { TOKEN_NAMES } from '../support/token-names.ts';

describe('a real Prometheus', () => {
  needs('prometheus')('scrapes the totals that REST tells', async () => {
    const { folder, remove } = temporaryFolder();
    onTestFinished(remove);
    const place = { home: join(folder, 'home'), claudeDir: join(folder, 'claude') };
    writeCorpus(place.claudeDir, { mb: 4, seed: 41 });
    const server = await startCollector(place);
    onTestFinished(async () => void (await server.kill()));
    await server.ready();
    const prometheus = await startPrometheus({
      folder,
      data: join(folder, 'tsdb'),
      target: new URL(server.url).host,
    });
    onTestFinished(prometheus.stop);
    const query = async (text: string): Promise<number | undefined> =>
      (await prometheus.query(text))?.[0]?.value;
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
