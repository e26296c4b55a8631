import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSessionsFile, readStats } from '../../../exporters/reports/read-reports.ts';
import { createReportFolder } from '../../../exporters/reports/report-folder.ts';
import { metricTotals } from '../../../src/rollups/metric-totals.ts';
import type { MetricKey } from '../../../src/rollups/metric-table.ts';
import { report } from '../../../src/rollups/report.ts';
import { type ReportFiles, reportFiles } from '../../../src/rollups/stats/report-files.ts';
import { jsonText } from '../../../src/runtime/json-text.ts';
import { FIRST_MS, writeReportConversations } from '../../support/reports-conversations.ts';
import { type OpenStore, TranscriptHome } from '../../support/transcript-home.ts';

const NOW_MS = FIRST_MS + 86_400_000;
const VIEW = { timezone: 'Europe/Berlin', nowMs: NOW_MS };

let home: TranscriptHome;
let store: OpenStore;
let db: Database;
let files: ReportFiles;

beforeAll(async () => {
  home = new TranscriptHome();
  writeReportConversations(home.projects);
  store = await home.open();
  await store.import();
  ({ db } = store.collector.store);
  files = reportFiles(db, VIEW);
});

afterAll(() => {
  store[Symbol.dispose]();
  home[Symbol.dispose]();
});

const metric = (key: MetricKey, labels: Readonly<Record<string, string>> = {}): number =>
  (metricTotals(db, NOW_MS).get(key) ?? [])
    .filter((point) =>
      Object.entries(labels).every(([name, value]) => point.labels[name] === value),
    )
    .reduce((sum, { value }) => sum + value, 0);

const totalsOf = (kind: 'tool' | 'session' | 'daily'): Readonly<Record<string, unknown>> => ({
  ...report(db, {
    kind,
    timezone: VIEW.timezone,
    sinceMs: null,
    untilMs: null,
    project: null,
    model: null,
    session: null,
  }).totals,
});

describe('report files of three sessions', () => {
  it.each([
    'error-stats.json',
    'tool-usage-stats.json',
    'activity-stats.json',
    'recovery-stats.json',
    'flow-stats.json',
    'command-stats.json',
    'tool-success-stats.json',
    'sessions.json',
  ] as const)('have the known %s', async (name) => {
    await expect(jsonText(files[name])).toMatchFileSnapshot(`../../golden/reports/${name}`);
  });

  it('are read back by the schemas that they were written by', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hall-monitor-reports-'));
    try {
      await createReportFolder({ folder, gitAdd: false, now: () => NOW_MS }).write(files);
      const { 'sessions.json': sessions, ...stats } = files;
      expect(await readStats(folder)).toEqual(stats);
      expect(await readSessionsFile(join(folder, 'sessions.json'))).toEqual(sessions);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('say the same when everything is read a second time', async () => {
    await store.import();
    expect(reportFiles(db, VIEW)).toEqual(files);
  });

  it('hold nothing of what tools said, and no path', () => {
    const text = JSON.stringify(files);
    expect(text).not.toMatch(/secret|upstream|example\.org|\/home|a\.ts/);
  });
});

describe('totals of report files', () => {
  it('count the tool calls of the tool report and of the metrics', () => {
    const { calls } = totalsOf('tool');
    expect(files['tool-usage-stats.json'].total_calls).toBe(calls);
    expect(metric('toolCalls')).toBe(calls);
    const byModel = Object.values(files['tool-usage-stats.json'].by_model);
    expect(byModel.reduce((sum, count) => sum + count, 0)).toBe(calls);
    const byTool = Object.values(files['tool-success-stats.json'].by_tool);
    expect(byTool.reduce((sum, { total }) => sum + total, 0)).toBe(calls);
    expect(files['activity-stats.json'].by_type['tool_use']).toBe(calls);
    expect(metric('toolCalls', { tool: 'Bash' })).toBe(files['command-stats.json'].total_commands);
  });

  it('count the errors of the metrics', () => {
    const { total_errors: errors, by_type: byType } = files['error-stats.json'];
    expect(errors).toBe(metric('toolCalls', { outcome: 'failure' }) + metric('apiErrors'));
    expect(Object.values(byType).reduce((sum, count) => sum + count, 0)).toBe(errors);
    const { failures } = totalsOf('tool');
    expect(errors).toBe(Number(failures) + 1);
  });

  it('have the rate of success of the metrics', () => {
    const share = metric('toolCalls', { outcome: 'success' }) / metric('toolCalls');
    expect(files['tool-success-stats.json'].overall_success_rate).toBe(
      Math.round(share * 1000) / 10,
    );
  });

  it('count what happened as the metrics do, on days that add up to it', () => {
    const {
      by_type: byType,
      daily_activity: days,
      total_events: events,
    } = files['activity-stats.json'];
    expect(byType['query']).toBe(metric('prompts'));
    expect(byType['api_error']).toBe(metric('apiErrors'));
    expect(Object.values(byType).reduce((sum, count) => sum + count, 0)).toBe(events);
    expect(Object.values(days).reduce((sum, count) => sum + count, 0)).toBe(events);
  });

  it('have the cost and the tokens of the session and daily reports and of the metrics', () => {
    const { totals, by_day: byDay, sessions } = files['sessions.json'];
    for (const kind of ['session', 'daily'] as const) {
      const { cost_usd: cost, requests, output_tokens: output } = totalsOf(kind);
      expect(totals.total_cost_usd).toBe(Math.round(Number(cost) * 100) / 100);
      expect(totals.total_messages).toBe(requests);
      expect(totals.total_output_tokens).toBe(output);
    }
    expect(totals.total_all_tokens).toBe(metric('tokens'));
    expect(totals.total_cost_usd).toBe(Math.round(metric('cost') / 1e7) / 100);
    const days = Object.values(byDay);
    expect(days.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(totals.total_all_tokens);
    expect(days.reduce((sum, day) => sum + day.sessions, 0)).toBe(sessions.length);
    const models = Object.values(totals.model_breakdown);
    expect(models.reduce((sum, { output }) => sum + output, 0)).toBe(totals.total_output_tokens);
    expect(files['flow-stats.json'].total_measurements).toBe(sessions.length);
  });
});
