import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askJson, servingApp } from '../server/serving.ts';
import type { ServingStore } from '../server/serving-store.ts';
import { createServingStore } from '../server/serving-store.ts';
import type { Description } from './api-page.ts';
import { apiPage } from './api-page.ts';
import { metricsPage } from './metrics-page.ts';

let store: ServingStore;

beforeAll(() => {
  store = createServingStore();
});

afterAll(() => store[Symbol.dispose]());

describe('the documentation', () => {
  it('of metrics is that of the table', async () => {
    await expect(metricsPage()).toMatchFileSnapshot('../../docs/metrics.md');
  });

  it('of the HTTP interface is that of the routes', async () => {
    const description = (await askJson(
      servingApp(store),
      '/openapi.json',
    )) as unknown as Description;
    await expect(apiPage(description)).toMatchFileSnapshot('../../docs/api.md');
  });

  it.each(['prometheus', 'rest'])('of the exporter %s has all its parts', (name) => {
    const text = readFileSync(
      new URL(`../../exporters/${name}/README.md`, import.meta.url),
      'utf8',
    );
    expect([...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)).toEqual([
      'Reads and writes',
      'Configuration',
      'Limits',
      'Example',
    ]);
  });
});
