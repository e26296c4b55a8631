import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../src/server/app.ts';
import { ask, askJson, servingApp } from '../server/serving.ts';
import type { ServingStore } from '../server/serving-store.ts';
import { createServingStore, fillSample, SESSION_A } from '../server/serving-store.ts';

let store: ServingStore;
let app: App;

beforeAll(() => {
  store = createServingStore();
  fillSample(store);
  app = servingApp(store);
});

afterAll(() => store[Symbol.dispose]());

describe('POST /api/metrics/export', () => {
  const exported = (body: object): Promise<Record<string, unknown>> =>
    askJson(app, '/api/metrics/export', {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });

  it('writes what GET /api/metrics tells to a file of its own naming', async () => {
    const { path, count, bytes } = (await exported({})) as {
      path: string;
      count: number;
      bytes: number;
    };
    const text = readFileSync(path, 'utf8');
    expect(path).toMatch(/\/exports\/metrics-2026-11-21T09-01-00-000Z-[0-9a-f]{8}\.jsonl$/);
    expect([count, bytes, statSync(path).mode & 0o777]).toEqual([
      11,
      Buffer.byteLength(text),
      0o600,
    ]);
    expect(statSync(join(store.folder, 'exports')).mode & 0o777).toBe(0o700);
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(lines).toEqual(
      [...((await askJson(app, '/api/metrics'))['data'] as unknown[])].reverse(),
    );
  });

  it('takes the same filters', async () => {
    expect(
      await exported({ start_time: '2026-11-21', session_id: 'bbbb', event_category: 'tool' }),
    ).toMatchObject({ count: 1 });
    expect(await exported({ tool: 'Bash', success: false })).toMatchObject({ count: 2 });
  });

  it('writes tables that no spreadsheet takes for formulas', async () => {
    store.toolCall({ atMs: 1, tool: '=cmd|x', session: SESSION_A });
    store.commit();
    const { path } = await exported({ format: 'csv', tool: '=cmd|x' });
    const [header, line] = readFileSync(String(path), 'utf8').split('\n');
    expect(header).toMatch(/^id,revision,timestamp,session_id,/);
    expect(line).toContain(",'=cmd|x,");
    store.db.exec('DELETE FROM tool_call WHERE at_ms = 1');
    store.commit();
  });

  it.each([
    ['{"path":"/etc/x"}', 'path'],
    ['{"format":"exe"}', 'format'],
    ['{"__proto__":{"a":1}}', '__proto__'],
    ['{"tag":7}', 'tag'],
    ['[]', undefined],
    ['{', undefined],
    ['null', undefined],
  ])('refuses %s', async (body, parameter) => {
    const before = readdirSync(join(store.folder, 'exports'));
    const response = await ask(app, '/api/metrics/export', {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    });
    const problem = (await response.json()) as { error: { parameter?: string } };
    expect([response.status, problem.error.parameter]).toEqual([400, parameter]);
    expect(readdirSync(join(store.folder, 'exports'))).toEqual(before);
  });

  it('refuses a body that nests without end', async () => {
    for (const [levels, status] of [
      [20_000, 400],
      [500_000, 413],
    ] as const) {
      const nested = `{"tag":${'['.repeat(levels)}${']'.repeat(levels)}}`;
      const response = await ask(app, '/api/metrics/export', {
        method: 'POST',
        body: nested,
        headers: { 'content-type': 'application/json' },
      });
      expect(response.status).toBe(status);
    }
  });

  it('refuses a compressed body', async () => {
    const response = await ask(app, '/api/metrics/export', {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    });
    expect(response.status).toBe(415);
  });
});
