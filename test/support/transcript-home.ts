import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { backfill, type BackfillResult } from '../../receivers/transcripts/backfill.ts';
import { transcriptRoots } from '../../receivers/transcripts/discover.ts';
import { Follower } from '../../receivers/transcripts/follow.ts';
import { Positions } from '../../receivers/transcripts/plan-readings.ts';
import { type Collector, openCollector } from '../../src/cli/collector.ts';
import type { Sink } from '../../src/component.ts';
import { jsonl, type Line } from './transcript-lines.ts';

/** The folder that transcripts of the small project lie in. */
export const SLUG = '-home-dev-project';

/** What a store holds, as sums. */
export interface Totals {
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheCreationTokens: number;
  readonly costNanoUsd: number;
  readonly toolCalls: number;
  readonly failures: number;
  readonly prompts: number;
  readonly sessions: number;
  readonly files: number;
  readonly lines: number;
  readonly rejects: number;
}

type Row = Readonly<Record<string, unknown>>;

/** What could not be read, as a reading told of it. */
export interface Problem {
  readonly path: string;
  readonly reason: string;
}

/** An open store, as a running collector has it. */
export interface OpenStore {
  readonly collector: Collector;
  readonly follower: Follower;
  readonly problems: readonly Problem[];
  readonly import: (options?: { threads?: number; sink?: Sink }) => Promise<BackfillResult>;
  readonly sweep: () => Promise<void>;
  readonly totals: () => Totals;
  readonly rows: (sql: string) => readonly Row[];
  readonly [Symbol.dispose]: () => void;
}

/** A folder of transcripts and a data folder, real but temporary. */
export class TranscriptHome implements Disposable {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'hall-monitor-transcripts-'));
  readonly claudeDir = path.join(this.folder, 'claude');
  readonly projects = path.join(this.claudeDir, 'projects');
  readonly home = path.join(this.folder, 'home');

  constructor() {
    mkdirSync(path.join(this.projects, SLUG), { recursive: true });
  }

  /** Path of a transcript, by its name inside the small project's folder. */
  file(name: string): string {
    return path.join(this.projects, SLUG, name);
  }

  write(name: string, ...lines: readonly (Line | string)[]): string {
    return this.writeText(name, jsonl(...lines));
  }

  writeText(name: string, text: string | Buffer): string {
    const file = this.file(name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  append(name: string, ...lines: readonly (Line | string)[]): void {
    appendFileSync(this.file(name), jsonl(...lines));
  }

  async open(sink?: (collector: Collector) => Sink): Promise<OpenStore> {
    const { home, claudeDir } = this;
    const collector = await openCollector({ home, overrideFile: null, waitMs: 0 });
    const origins = collector.origins('transcript');
    const problems: Problem[] = [];
    const onProblem = (file: string, reason: string): void => {
      problems.push({ path: file, reason });
    };
    const follower = new Follower({
      positions: new Positions(origins),
      sink: sink?.(collector) ?? collector.sink,
      now: Date.now,
      onProblem,
    });
    return {
      collector,
      follower,
      problems,
      import: async (options = {}) => {
        const result = await backfill({
          claudeDirs: [claudeDir],
          positions: new Positions(collector.origins('transcript')),
          sink: options.sink ?? collector.sink,
          onProblem,
          threads: options.threads ?? 0,
        });
        collector.store.settle();
        return result;
      },
      sweep: () => follower.sweep(transcriptRoots([claudeDir])),
      totals: () => totalsOf(collector),
      rows: (sql) => collector.store.db.prepare(sql).all() as readonly Row[],
      [Symbol.dispose]: () => collector.close(),
    };
  }

  /** Reads everything that is new into the store, as one `import` of the command line. */
  async import(): Promise<{ readonly problems: readonly Problem[]; readonly totals: Totals }> {
    const store = await this.open();
    try {
      await store.import();
      return { problems: store.problems, totals: store.totals() };
    } finally {
      store[Symbol.dispose]();
    }
  }

  /** Rows of the store as it is now. */
  async rows(sql: string): Promise<readonly Row[]> {
    const store = await this.open();
    try {
      return store.rows(sql);
    } finally {
      store[Symbol.dispose]();
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const totalsOf = ({ store: { db } }: Collector): Totals => {
  const one = (sql: string): number => Number(db.prepare(sql).pluck().get());
  const sum = (column: string): number =>
    one(`SELECT coalesce(sum(${column}), 0) FROM total_request`);
  const buckets = ['input', 'output', 'cache_read', 'cache_creation', 'web_search'];
  return {
    requests: sum('requests'),
    inputTokens: sum('input_tokens'),
    outputTokens: sum('output_tokens'),
    cacheReadTokens: sum('cache_read_input_tokens'),
    cacheCreationTokens: sum('cache_creation_5m_input_tokens + cache_creation_1h_input_tokens'),
    costNanoUsd: sum(buckets.map((bucket) => `${bucket}_nano_usd`).join(' + ')),
    toolCalls: one('SELECT coalesce(sum(calls), 0) FROM total_tool'),
    failures: one('SELECT coalesce(sum(failures), 0) FROM total_tool'),
    prompts: one("SELECT count(*) FROM occurrence WHERE type = 'user_prompt'"),
    sessions: one('SELECT count(DISTINCT session) FROM request'),
    files: one('SELECT count(*) FROM origin'),
    lines: one('SELECT coalesce(sum(lines), 0) FROM origin'),
    rejects: one('SELECT count(*) FROM dead_letter'),
  };
};
