import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished } from 'vitest';
import { writeCorpus } from '../support/corpus-generator.ts';
import { appendResponse, liveMessageId, liveSession } from '../support/corpus-live.ts';
import { needs } from '../support/offers.ts';
import { temporaryFolder, until } from '../support/running-command.ts';
import { startPrometheus } from '../support/running-prometheus.ts';
import { startCollector } from '../support/running-server.ts';

interface Asked {
  readonly panel: string;
  readonly kind: 'prometheus' | 'loki';
  readonly query: string;
}

const { queries } = JSON.parse(
  readFileSync(
    new URL('../fixtures/public-dashboards/claude-code-metrics.json', import.meta.url),
    'utf8',
  ),
) as { readonly queries: readonly Asked[] };

const MINUTE_S = 60;

/** As Grafana asks where everything is chosen: its variables are `.*`, the range is an hour. */
const filled = (query: string): string =>
  query
    .replaceAll('$__range', '1h')
    .replaceAll('$__rate_interval', '1m')
    .replaceAll(/\$(project|model|user_account)/g, '.*');

const namesIn = (query: string): readonly string[] => query.match(/claude_code_\w+/g) ?? [];

/** Why a panel cannot have data here; undefined where it must. */
function excuse({ kind, query }: Asked, shown: ReadonlySet<string>): string | undefined {
  if (kind === 'loki') return 'asks Loki';
  if (namesIn(query).length === 0) return 'asks for metrics of other programs';
  if (query.includes('offset $__range')) return 'compares with a time before this Prometheus';
  if (query.endsWith('or vector(0)')) return undefined;
  const missing = namesIn(query).find((name) => !shown.has(name));
  return missing === undefined ? undefined : `asks for ${missing}`;
}

describe('a public dashboard made for the metrics of Claude Code', () => {
  needs('prometheus')('has data in every panel that we can know something for', async () => {
    const { folder, remove } = temporaryFolder();
    onTestFinished(remove);
    const place = { home: join(folder, 'home'), claudeDir: join(folder, 'claude') };
    mkdirSync(place.home);
    const config = { prometheus: { claudeCodeNames: true } };
    writeFileSync(join(place.home, 'config.json'), JSON.stringify(config));
    writeCorpus(place.claudeDir, { mb: 2, seed: 43 });
    const spend = (number: number): void =>
      appendResponse(place.claudeDir, {
        messageId: liveMessageId(number),
        session: liveSession(1),
        atMs: Date.now(),
      });
    spend(1);
    const server = await startCollector(place);
    onTestFinished(async () => void (await server.kill()));
    await server.ready();
    const shown = new Set(namesIn(await (await server.get('/metrics')).text()));
    for (const name of ['cost_usage_USD', 'token_usage_tokens', 'session_count']) {
      expect(shown).toContain(`claude_code_${name}_total`);
    }
    const prometheus = await startPrometheus({
      folder,
      data: join(folder, 'tsdb'),
      target: new URL(server.url).host,
    });
    onTestFinished(prometheus.stop);
    await until('two scrapes', async () => {
      const counted = await prometheus.query(
        'count_over_time(claude_code_session_count_total[1h])',
      );
      return (counted?.[0]?.value ?? 0) >= 2 ? true : undefined;
    });
    // Something has to be spent while it is watched, in series that it knows.
    spend(2);
    await until('a growing cost', async () => {
      const grown = await prometheus.query('sum(increase(claude_code_cost_usage_USD_total[1h]))');
      return (grown?.[0]?.value ?? 0) > 0 ? true : undefined;
    });
    // Steps of queries in queries lie on whole minutes.
    const at = Math.ceil(Date.now() / 1_000 / MINUTE_S) * MINUTE_S;
    const empty: string[] = [];
    for (const asked of queries.filter((each) => excuse(each, shown) === undefined)) {
      const answer = await prometheus.query(filled(asked.query), at);
      if ((answer ?? []).length === 0) empty.push(`${asked.panel}: ${asked.query}`);
    }
    expect(empty).toEqual([]);
    const total = async (name: string) => (await prometheus.query(`sum(${name})`))?.[0]?.value;
    expect(await total('claude_code_token_usage_tokens_total')).toBe(
      await total('hall_monitor_tokens_total'),
    );
    const excused = new Set(queries.flatMap((each) => excuse(each, shown) ?? []));
    const ours = [...excused].filter((reason) => reason.startsWith('asks for claude_code_'));
    expect(ours.filter((reason) => !/lines_of_code|active_time/.test(reason))).toEqual([]);
  });
});
