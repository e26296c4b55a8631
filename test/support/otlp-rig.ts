import { createPusher } from '../../exporters/otlp/pusher.ts';
import type { PusherDeps } from '../../src/component.ts';
import { createExportLog, type ExportLog } from '../pipeline/export-log.ts';
import { otlpConfig, type OtlpWishes } from './otlp-config.ts';

/** A real store, and exporters of traces and logs that read it. */
export interface OtlpRig extends AsyncDisposable {
  readonly log: ExportLog;
  readonly warnings: readonly string[];
  readonly deps: PusherDeps;
  /** Starts exporters; they stop with `stop`, or at the end. */
  readonly start: (wishes: OtlpWishes) => { readonly trouble: () => string | undefined };
  readonly stop: () => Promise<void>;
}

/** Makes an empty one. */
export function createOtlpRig(now: () => number = () => 1): OtlpRig {
  const log = createExportLog();
  const warnings: string[] = [];
  let stopped = new AbortController();
  let running: Promise<void>[] = [];
  const note = (fields: unknown, message?: string): void =>
    void warnings.push(`${message ?? ''} ${JSON.stringify(fields)}`);
  const deps: PusherDeps = {
    ...log.deps,
    now,
    log: { ...log.deps.log, warn: note, error: note },
    home: log.fixture.home,
    resource: { 'service.name': 'hall-monitor', 'service.version': '9.9.9', 'host.name': 'here' },
    version: '9.9.9',
    timezone: 'UTC',
  };
  const stop = async (): Promise<void> => {
    stopped.abort();
    await Promise.all(running);
    stopped = new AbortController();
    running = [];
  };
  return {
    log,
    warnings,
    deps,
    start: (wishes) => {
      const pusher = createPusher(otlpConfig(wishes), deps, { random: () => 1, lingerMs: 0 });
      running.push(pusher.run(stopped.signal));
      return { trouble: () => pusher.trouble?.() };
    },
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop();
      log.remove();
    },
  };
}
