import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rest } from '../../exporters/rest/index.ts';
import type { App } from '../../src/server/app.ts';
import { askJson, servingApp, servingDeps } from '../server/serving.ts';
import type { ServingStore } from '../server/serving-store.ts';
import { createServingStore, fillSample } from '../server/serving-store.ts';

let store: ServingStore;
let app: App;

beforeAll(() => {
  store = createServingStore();
  fillSample(store);
  app = servingApp(store);
});

afterAll(() => store[Symbol.dispose]());

describe('GET /openapi.json', () => {
  it('describes every route with its parameters', async () => {
    const description = (await askJson(app, '/openapi.json')) as {
      paths: Record<string, Record<string, { parameters: { name: string }[] }>>;
    };
    const component = rest.create(rest.config.parse({}), servingDeps(store));
    const known = (component.routes ?? []).filter(({ path }) => path !== '/openapi.json');
    expect(
      Object.entries(description.paths)
        .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`))
        .sort(),
    ).toEqual(
      known
        .map(({ method, path }) => `${method.toLowerCase()} ${path.replace(/:(\w+)/g, '{$1}')}`)
        .sort(),
    );
    expect(
      description.paths['/api/metrics']?.['get']?.parameters.map(({ name }) => name),
    ).toContain('event_category');
    expect(description.paths['/api/sessions/{id}']?.['get']?.parameters).toContainEqual(
      expect.objectContaining({ name: 'id', in: 'path' }),
    );
  });

  it('says what may be given', async () => {
    const text = JSON.stringify(await askJson(app, '/openapi.json'));
    expect(text).toContain('"enum":["hour","day","week","month"]');
    expect(text).toContain('"minimum":1,"maximum":1000');
  });
});
