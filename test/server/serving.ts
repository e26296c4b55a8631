import type { Component, Route } from '../../src/component.ts';
import type { Gauges } from '../../src/runtime/gauges.ts';
import { createGauges } from '../../src/runtime/gauges.ts';
import { silentLog } from '../../src/runtime/log.ts';
import type { PrometheusDeps } from '../../exporters/prometheus/deps.ts';
import { prometheus } from '../../exporters/prometheus/index.ts';
import { createConversations } from '../../exporters/raw-traces/conversations.ts';
import type { RestDeps } from '../../exporters/rest/deps.ts';
import { rest } from '../../exporters/rest/index.ts';
import type { App } from '../../src/server/app.ts';
import { createApp } from '../../src/server/app.ts';
import type { ServingStore } from './serving-store.ts';
import { NINE_MS } from './serving-store.ts';

/** Everything the exporters may be given, at a moment that does not move. */
export function servingDeps(
  store: ServingStore,
  more: Partial<RestDeps> = {},
): RestDeps & PrometheusDeps & { readonly gauges: Gauges } {
  return {
    log: silentLog,
    now: () => NINE_MS + 86_400_000 + 60_000,
    count: () => undefined,
    reader: store.reader,
    entries: store.reader.entries,
    conversations: createConversations(store.folder),
    gauges: createGauges(),
    dataDir: store.folder,
    version: '9.9.9',
    resource: { 'service.name': 'hall-monitor', 'service.version': '9.9.9' },
    ...more,
  };
}

/** Both exporters that answer requests. */
export function servingComponents(deps: RestDeps & PrometheusDeps): readonly Component[] {
  return [
    prometheus.create(prometheus.config.parse({}), deps),
    rest.create(rest.config.parse({ sse: { connectsPerMinute: 1_000 } }), deps),
  ];
}

/** All their routes. */
export function servingRoutes(deps: RestDeps & PrometheusDeps): readonly Route[] {
  return servingComponents(deps).flatMap(({ routes = [] }) => routes);
}

/** The whole interface over a store, without a socket. */
export function servingApp(
  store: ServingStore,
  more: Partial<Parameters<typeof createApp>[0]> = {},
): App {
  return createApp({
    host: '127.0.0.1',
    port: () => 9464,
    routes: servingRoutes(servingDeps(store)),
    health: () => ({ ready: true, reasons: [] }),
    log: silentLog,
    ...more,
  });
}

/** Asks for a path as a local program does. */
export function ask(app: App, path: string, init: RequestInit = {}): Promise<Response> {
  return app(new Request(`http://127.0.0.1:9464${path}`, init));
}

/** The JSON of a path that must exist. */
export async function askJson(
  app: App,
  path: string,
  init: RequestInit = {},
): Promise<Record<string, unknown>> {
  const response = await ask(app, path, init);
  return (await response.json()) as Record<string, unknown>;
}
