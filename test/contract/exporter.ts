import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Component, Installable } from '../../src/component.ts';
import type { ServingStore } from '../server/serving-store.ts';
import { createServingStore, fillSample } from '../server/serving-store.ts';
import { servingDeps } from '../server/serving.ts';

type Deps = ReturnType<typeof servingDeps>;

/** What every exporter must do, whatever it exports. */
export function describeExporter<C>(exporter: Installable<C, Deps>): void {
  describe(`the exporter ${exporter.name}`, () => {
    let store: ServingStore;
    let config: C;
    let component: Component;
    let abort: AbortController;
    let running: Promise<void> | undefined;

    beforeEach(() => {
      store = createServingStore();
      config = deepFrozen(exporter.config.parse({}));
      component = exporter.create(config, servingDeps(store));
      abort = new AbortController();
      running = component.run?.(abort.signal);
    });

    afterEach(async () => {
      abort.abort();
      await running;
      store[Symbol.dispose]();
    });

    const answers = async (): Promise<number[]> => {
      const found: number[] = [];
      for (const { method, path, handle } of component.routes ?? []) {
        const request = new Request(
          `http://127.0.0.1:9464${path}?${path.includes('aggregations') ? 'period=day' : ''}`,
          {
            method,
            ...(method === 'POST' && {
              body: '{}',
              headers: { 'content-type': 'application/json' },
            }),
          },
        );
        const response = await handle(request, { id: 'unknown' });
        await (response.headers.get('content-type')?.includes('event-stream') === true
          ? response.body?.cancel()
          : response.text());
        found.push(response.status);
      }
      return found;
    };

    it('has a default for everything that can be configured, and refuses what it does not know', () => {
      expect(exporter.config.safeParse({}).success).toBe(true);
      expect(exporter.config.safeParse({ unheardOf: 1 }).success).toBe(false);
    });

    it('goes under its own name', () => {
      expect(component.name).toBe(exporter.name);
    });

    it('survives an empty store', async () => {
      expect((await answers()).filter((status) => status >= 500)).toEqual([]);
    });

    it('survives a full one, and what is committed while it runs', async () => {
      fillSample(store);
      expect((await answers()).filter((status) => status >= 500)).toEqual([]);
    });

    it('never changes the store', async () => {
      fillSample(store);
      const contents = (): unknown =>
        store.db
          .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
          .pluck()
          .all()
          .map((name) => store.db.prepare(`SELECT * FROM ${String(name)}`).all());
      const before = contents();
      await answers();
      expect(contents()).toEqual(before);
    });

    it('does not change its configuration', async () => {
      const before = JSON.stringify(config);
      fillSample(store);
      await answers();
      expect(JSON.stringify(config)).toBe(before);
    });

    it('stops within a second of being told', async () => {
      const toldAt = performance.now();
      abort.abort();
      await running;
      expect(performance.now() - toldAt).toBeLessThan(1_000);
    });

    it('can be stopped before it has started', async () => {
      const stopped = AbortSignal.abort();
      await exporter.create(config, servingDeps(store)).run?.(stopped);
      expect(stopped.aborted).toBe(true);
    });
  });
}

function deepFrozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(deepFrozen);
    Object.freeze(value);
  }
  return value;
}
