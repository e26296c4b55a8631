/** What the dashboards and rules ask, asked of a real Prometheus that is set up as we ship it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { drawSheets } from '../contact-sheet/sheets.ts';
import { readDashboards } from '../support/grafana/dashboard-panels.ts';
import { askPanel, type QueryAnswer } from '../support/grafana/panel-answers.ts';
import { watchCollector, type WatchedCollector } from '../support/grafana/watched-collector.ts';
import { lacking, needs } from '../support/offers.ts';

const WEEK = { range: '7d', interval: '1h' };
const WEEK_S = 7 * 86_400;
const HOUR_S = 3_600;
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47]);

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
