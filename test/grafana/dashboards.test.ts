import { readdirSync } from 'node:fs';
import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { describe, expect, it } from 'vitest';
import { GRID_WIDTH } from '../../grafana/definitions/assemble.ts';
import { dashboards } from '../../grafana/definitions/dashboards.ts';
import { jsonOf } from '../../grafana/definitions/json.ts';
import { faultsOf } from './published-schema.ts';

const all = dashboards();
const nameOf = (uid = ''): string => uid.replace(/^hall-monitor-/, '');
const folder = new URL('../../grafana/dashboards/', import.meta.url);
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
const named = all.map((dashboard) => [nameOf(dashboard.uid), dashboard] as const);

describe.each(named)('the dashboard %s', (name, dashboard) => {
  const panels = (dashboard.panels ?? []) as readonly Panel[];

  it('stands in its file as the code makes it', async () => {
    await expect(jsonOf(dashboard)).toMatchFileSnapshot(`../../grafana/dashboards/${name}.json`);
  });

  it('is what Grafana publishes a schema of', () => {
    expect(faultsOf(plain(dashboard))).toEqual([]);
  });

  it('says of every panel what it shows, in which unit, and why there may be nothing', () => {
    const silent = panels
      .filter(({ type }) => type !== 'row' && type !== 'text')
      .filter(({ title, description, fieldConfig, targets }) => {
        const { unit, noValue } = fieldConfig?.defaults ?? {};
        return [title, description, unit, noValue].some((text) => !text) || !targets?.length;
      });
    expect(silent.map(({ title }) => title)).toEqual([]);
  });

  it('fills the grid without overlaps and gaps', () => {
    const taken = new Map<string, number>();
    for (const { gridPos } of panels) {
      const { x = 0, y = 0, w = 0, h = 0 } = gridPos ?? {};
      for (let cell = 0; cell < w * h; cell += 1) {
        const place = `${x + (cell % w)},${y + Math.floor(cell / w)}`;
        taken.set(place, (taken.get(place) ?? 0) + 1);
      }
    }
    const bottom = Math.max(...panels.map(({ gridPos }) => (gridPos?.y ?? 0) + (gridPos?.h ?? 0)));
    expect([...taken.values()].filter((count) => count > 1)).toEqual([]);
    expect(taken.size).toBe(GRID_WIDTH * bottom);
  });

  it('is refreshed, linked and found as all are', () => {
    const { id, uid = '', tags, refresh, timezone, links, editable } = dashboard;
    expect({ tags, refresh, timezone, editable }).toEqual({
      tags: ['hall-monitor'],
      refresh: '30s',
      timezone: 'browser',
      editable: true,
    });
    expect(id ?? null).toBeNull();
    expect(uid).toMatch(/^hall-monitor-[a-z]{3,20}$/);
    expect(links).toMatchObject([{ tags: ['hall-monitor'], keepTime: true, includeVars: true }]);
  });

  it('has different ids of panels', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  });
});

describe('the dashboards', () => {
  it('have different uids and a file each, and there is no other file', () => {
    const files = readdirSync(folder).map((file) => file.replace(/\.json$/, ''));
    expect(files.sort()).toEqual(named.map(([name]) => name).sort());
  });
});

describe('the check against the published schema', () => {
  const [first] = all;

  it.each([
    ['a property that Grafana does not know', { refreshEvery: '30s' }, 'additional properties'],
    ['a time zone that is a number', { timezone: 1 }, 'must be string'],
    ['a kind of panel that has no schema', { panels: [{ type: 'graph' }] }, 'no schema of graph'],
    ['a stat without options', { panels: [{ type: 'stat', options: {} }] }, 'required property'],
    [
      'a query without PromQL',
      { panels: [{ type: 'text', options: { mode: 'markdown', content: '' }, targets: [{}] }] },
      "must have required property 'expr'",
    ],
  ])('refuses %s', (_what, broken, fault) => {
    expect(faultsOf({ ...(plain(first) as object), ...broken }).join('\n')).toContain(fault);
  });
});
