import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createHooks, type HooksReceiver } from '../../receivers/hooks/receiver.ts';
import { type Collector, openCollector } from '../../src/cli/collector.ts';
import { createReceiverEvents } from '../../src/cli/receiver-events.ts';
import type { Sink } from '../../src/component.ts';
import type { MetricEntry } from '../../src/records/metric-entry.ts';
import { silentLog } from '../../src/runtime/log.ts';
import { STORE_FILE } from '../../src/store/open.ts';
import { createReader } from '../../src/store/reader.ts';
import { SpoolHome } from './spool-home.ts';

/** A store, a spool, and the receiver between them, without a thread or a timer. */
export class HookStore implements AsyncDisposable {
  readonly spool = new SpoolHome();
  readonly #home = mkdtempSync(path.join(tmpdir(), 'hall-monitor-hooks-'));
  readonly named: string[] = [];
  readonly problems: string[] = [];
  collector!: Collector;
  #receiver!: HooksReceiver;

  static async open(): Promise<HookStore> {
    const store = new HookStore();
    await store.restart();
    store.collector.settle();
    return store;
  }

  /** Begins anew with what is committed, as after the end of the process. */
  async restart(commit: (real: Sink) => Sink = (real) => real): Promise<void> {
    this.collector?.close();
    this.collector = await openCollector({ home: this.#home, overrideFile: null, waitMs: 0 });
    const events = createReceiverEvents();
    events.transcripts.listen((paths) => void this.named.push(...paths));
    this.#receiver = createHooks(
      { spool: this.spool.spool, sweepIntervalMs: 1_000, maxPayloadBytes: 1024 * 1024 },
      {
        log: silentLog,
        now: Date.now,
        count: (name, label) => void this.problems.push(`${name} ${label}`),
        sink: commit(this.collector.sink),
        origins: this.collector.origins,
        projects: () => [],
        events,
      },
    );
  }

  /** Takes in everything that is in the spool. */
  async drain(): Promise<number> {
    return await this.#receiver.drain(new AbortController().signal);
  }

  rows(sql: string, ...values: readonly unknown[]): readonly Record<string, unknown>[] {
    return this.collector.store.db.prepare<unknown[], Record<string, unknown>>(sql).all(...values);
  }

  /** Everything that is recorded, as it is told outside, oldest first. */
  entries(): readonly MetricEntry[] {
    const reader = createReader(path.join(this.#home, STORE_FILE));
    try {
      const newest = new Map<string, MetricEntry>();
      for (const stored of reader.after(0, 10_000)) {
        if (stored.kind === 'metric') newest.set(stored.entry.id, stored.entry);
      }
      return [...newest.values()].sort((a, b) => a.timestamp.localeCompare(b.timestamp));
    } finally {
      reader.close();
    }
  }

  /** Reasons of everything that could not be used. */
  reasons(): readonly unknown[] {
    return this.rows('SELECT reason FROM dead_letter ORDER BY id').map(({ reason }) => reason);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.collector.close();
    this.spool[Symbol.dispose]();
    rmSync(this.#home, { recursive: true });
    return Promise.resolve();
  }
}
