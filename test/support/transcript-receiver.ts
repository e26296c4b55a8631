import type { TranscriptsConfig } from '../../receivers/transcripts/config.ts';
import { createTranscripts } from '../../receivers/transcripts/receiver.ts';
import type { Sink } from '../../src/component.ts';
import { createReceiverEvents } from '../../src/cli/receiver-events.ts';
import type { Log } from '../../src/runtime/log.ts';
import type { OpenStore, Totals, TranscriptHome } from './transcript-home.ts';

/** So long that within a test it never comes. */
export const NEVER_MS = 2_000_000_000;

/** A receiver that runs, and what it told. */
export interface RunningReceiver {
  /** Everything there was has been read. */
  readonly caughtUp: Promise<void>;
  readonly warnings: readonly string[];
  readonly readErrors: () => number;
  readonly trouble: () => string | undefined;
  /** Says that somebody named these transcripts. */
  readonly hint: (paths: readonly string[]) => void;
  /** Resolves when the store holds this, as it is found after some commit. */
  readonly until: (expected: Partial<Totals>) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Runs the receiver over a folder into an open store. */
export const runReceiver = (
  home: TranscriptHome,
  store: OpenStore,
  settings: Partial<TranscriptsConfig> = {},
  commit: Sink = store.collector.sink,
): RunningReceiver => {
  const abort = new AbortController();
  const caughtUp = Promise.withResolvers<void>();
  const warnings: string[] = [];
  let readErrors = 0;
  let next = Promise.withResolvers<void>();
  const log: Log = {
    debug: () => undefined,
    info: () => undefined,
    error: () => undefined,
    warn: (_about: unknown, message?: string) => void warnings.push(message ?? ''),
  };
  const events = createReceiverEvents();
  events.caughtUp.listen(caughtUp.resolve);
  const receiver = createTranscripts(
    {
      claudeDirs: [home.claudeDir],
      watch: 'events',
      sweepIntervalMs: NEVER_MS,
      pollIntervalMs: NEVER_MS,
      threads: 0,
      ...settings,
    },
    {
      log,
      now: Date.now,
      count: () => void (readErrors += 1),
      origins: store.collector.origins,
      projects: () => [],
      events,
      sink: async (batches) => {
        await commit(batches);
        next.resolve();
        next = Promise.withResolvers<void>();
      },
    },
  );
  const ended = receiver.run(abort.signal);
  const failed = ended.then(() => new Promise<never>(() => undefined));
  failed.catch(caughtUp.reject);
  caughtUp.promise.catch(() => undefined);
  const holds = (expected: Partial<Totals>): boolean => {
    const totals = store.totals();
    return (Object.keys(expected) as (keyof Totals)[]).every(
      (name) => totals[name] === expected[name],
    );
  };
  return {
    caughtUp: caughtUp.promise,
    warnings,
    readErrors: () => readErrors,
    trouble: () => receiver.trouble?.(),
    hint: (paths) => events.transcripts.tell(paths),
    until: async (expected) => {
      while (!holds(expected)) await Promise.race([next.promise, failed]);
    },
    stop: async () => {
      abort.abort();
      await ended;
    },
  };
};
