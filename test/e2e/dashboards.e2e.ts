/** What the dashboards and rules ask, asked of a real Prometheus that is set up as we ship it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { drawSheets } from '../contact-sheet/sheets.ts';
import { readDashboards } from '../support/grafana/dashboard-panels.ts';
import { askPanel, type QueryAnswer } from '../support/grafana/panel-answers.ts';
import {
  watchCollector,
  watchFresh,
  type WatchedCollector,
} from '../support/grafana/watched-collector.ts';
import { lacking, needs } from '../support/offers.ts';
import { TOKEN_NAMES } from '../support/token-names.ts';

const WEEK = { range: '7d', interval: '1h', rateInterval: '1h' };
const WEEK_S = 7 * 86_400;
const HOUR_S = 3_600;
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47]);

const QUARTER_S = 900;
interface RestCosts {
  readonly total_cost_usd: number;
  readonly totals: Readonly<Record<string, number>> & { readonly requests: number };
  readonly data: readonly { readonly model: string; readonly total_cost_usd: number }[];
}

interface Shown {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number | undefined;
}

interface RestTools {
  readonly data: readonly { readonly tool: string; readonly calls: number }[];
}

const labelsOf = (legend: string): readonly string[] =>
  [...legend.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(([, label = '']) => label);

/** What is wrong with an answer, in words; nothing where it can be shown. */
const troubles = ({ query, series }: QueryAnswer): readonly string[] => {
  if (series.length === 0) return [`${query.refId} has no series: ${query.expr}`];
  return series.flatMap(({ labels, points }) => [
    ...(points.some(([, value]) => Number.isFinite(value))
      ? []
      : [`${query.refId} ${JSON.stringify(labels)} has no number: ${query.expr}`]),
    // An empty label is none in Prometheus, such as the project of a budget that is for all of them.
    ...(labelsOf(query.legend).some((label) => label in labels) ||
    labelsOf(query.legend).length === 0
      ? []
      : [`${query.refId} ${JSON.stringify(labels)} has none of the labels in ${query.legend}`]),
  ]);
};

describe('a month in which everything happened', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hall-monitor-dashboards-'));
  let watched: WatchedCollector | undefined;

  beforeAll(async () => {
    if (lacking('prometheus', 'promtool') === undefined)
      watched = await watchCollector(folder, { days: 31, mb: 16 });
  });
  afterAll(async () => {
    await watched?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const span = (): { start: number; end: number; step: number } => {
    const end = Date.now() / 1_000;
    return { start: end - WEEK_S, end, step: HOUR_S };
  };

  describe.for(readDashboards(WEEK).map((dashboard) => [dashboard.title, dashboard] as const))(
    'the dashboard %s',
    ([, { panels }]) => {
      for (const panel of panels.filter(({ queries }) => queries.length > 0)) {
        needs('prometheus', 'promtool')(`shows something in the panel ${panel.title}`, async () => {
          const { answers } = await askPanel(watched!.prometheus, panel, span());
          expect(answers.flatMap(troubles)).toEqual([]);
        });
      }
    },
  );

  needs('prometheus', 'promtool')('tells of a week what REST tells, to a millionth', async () => {
    const { server, prometheus } = watched!;
    // What lies in the history to the quarter of an hour.
    const end = Math.floor(Date.now() / 1_000 / QUARTER_S) * QUARTER_S;
    const week = { start: end - WEEK_S, end, step: HOUR_S };
    const iso = (seconds: number): string => new Date(seconds * 1_000).toISOString();
    const bounds = `from=${iso(week.start)}&to=${iso(end)}`;
    const shown = async (dashboard: string, title: string): Promise<readonly Shown[]> => {
      const board = readDashboards(WEEK).find((one) => one.uid === `hall-monitor-${dashboard}`);
      const panel = board?.panels.find((one) => one.title === title);
      const [answer] = (await askPanel(prometheus, panel!, week)).answers;
      return answer!.series.map(({ labels, points }) => ({ labels, value: points.at(-1)?.[1] }));
    };
    const costs = await server.json<RestCosts>(`/api/metrics/costs?${bounds}`);
    const tools = await server.json<RestTools>(`/api/tools?${bounds}`);
    expect(costs.total_cost_usd).toBeGreaterThan(1);
    expect((await shown('cost', 'Cost'))[0]?.value).toBeCloseTo(costs.total_cost_usd, 6);
    expect((await shown('cost', 'Requests'))[0]?.value).toBeCloseTo(costs.totals.requests, 6);
    const tokens = TOKEN_NAMES.reduce((sum, name) => sum + (costs.totals[name] ?? 0), 0);
    expect((await shown('overview', 'Tokens'))[0]?.value).toBeCloseTo(tokens, 6);
    const models = await shown('cost', 'Models');
    expect(costs.data.length).toBeGreaterThan(2);
    for (const { model, total_cost_usd: usd } of costs.data)
      expect(models.find(({ labels }) => labels['model'] === model)?.value).toBeCloseTo(usd, 6);
    const byTool = await shown('tools', 'Tools');
    expect(tools.data.length).toBeGreaterThan(2);
    for (const { tool, calls } of tools.data)
      expect(byTool.find(({ labels }) => labels['tool'] === tool)?.value).toBeCloseTo(calls, 6);
  });

  needs('prometheus', 'promtool')(
    'tells of yesterday what REST tells, to the nano-dollar',
    async () => {
      const { server, prometheus } = watched!;
      const today = new Date(new Date().setUTCHours(0, 0, 0, 0));
      const yesterday = new Date(today.getTime() - 86_400_000);
      const { total_cost_usd: usd } = await server.json<RestCosts>(
        `/api/metrics/costs?from=${yesterday.toISOString()}&to=${today.toISOString()}`,
      );
      const [told] = await prometheus.instant('sum(hall_monitor_spend_usd{period="yesterday"})');
      expect(told?.value).toBeCloseTo(usd, 9);
    },
  );

  needs('prometheus', 'promtool')(
    'every rule is evaluated without an error, and records something',
    async () => {
      const response = await fetch(`${watched!.prometheus.url}/api/v1/rules`);
      const { data } = (await response.json()) as {
        data: {
          groups: { rules: { name: string; type: string; health: string; lastError?: string }[] }[];
        };
      };
      const rules = data.groups.flatMap((group) => group.rules);
      expect(rules.length).toBeGreaterThan(10);
      expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
      for (const { name } of rules.filter(({ type }) => type === 'recording'))
        expect({
          name,
          series: await watched!.prometheus.instant(`count({__name__="${name}"})`),
        }).toEqual({
          name,
          series: [{ labels: {}, value: expect.any(Number) as number }],
        });
    },
  );

  needs(
    'prometheus',
    'promtool',
    'chromium',
  )('can be looked at, dashboard by dashboard', async () => {
    const drawn: string[] = [];
    for await (const sheet of drawSheets(watched!.prometheus, folder)) {
      const [done, all] = sheet.drawn.split(' of ');
      expect({ sheet: sheet.title, done }).toEqual({ sheet: sheet.title, done: all });
      expect(readFileSync(join(folder, sheet.file)).subarray(0, 4)).toEqual(PNG);
      drawn.push(sheet.title);
    }
    expect(drawn).toHaveLength(readDashboards(WEEK).length);
  });
});

describe('a fresh install with one session', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hall-monitor-fresh-'));
  let watched: Omit<WatchedCollector, 'home'> | undefined;

  beforeAll(async () => {
    if (lacking('prometheus', 'promtool') === undefined) watched = await watchFresh(folder);
  });
  afterAll(async () => {
    await watched?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const { title, panels } of readDashboards(WEEK)) {
    needs('prometheus', 'promtool')(
      `leaves no panel of ${title} without a number or a reason`,
      async () => {
        const end = Date.now() / 1_000;
        for (const panel of panels.filter(({ queries }) => queries.length > 0)) {
          const { answers } = await askPanel(watched!.prometheus, panel, {
            start: end - WEEK_S,
            end,
            step: HOUR_S,
          });
          if (answers.some(({ series }) => series.length > 0)) continue;
          const reason = panel.json.fieldConfig?.defaults?.noValue ?? '';
          expect({ panel: panel.title, reason }).toEqual({
            panel: panel.title,
            reason: expect.stringMatching(/^(?!No data$).{10,}/i) as string,
          });
        }
      },
    );
  }

  needs('prometheus', 'promtool')('shows what was spent today and what is known', async () => {
    const ask = async (query: string): Promise<number | undefined> =>
      (await watched!.prometheus.instant(query))[0]?.value;
    expect(await ask('sum(hall_monitor_spend_usd{period="today"})')).toBeGreaterThan(0);
    expect(await ask('sum(hall_monitor_sessions)')).toBe(1);
    expect(await ask('hall_monitor_ready')).toBe(1);
  });
});
