import { join } from 'node:path';
import type { InstallablePusher, Pusher, PusherDeps } from '../../src/component.ts';
import { isSystemError, TransientError } from '../../src/errors.ts';
import { ARCHIVE } from '../../src/records/archive-line.ts';
import { createBackoff } from '../../src/runtime/backoff.ts';
import { pause } from '../../src/runtime/pause.ts';
import { type Archive, openArchive } from './archive.ts';
import { archiveFiles, type ArchiveFiles } from './archive-files.ts';
import { type CompressionChoice, compressionFor } from './compression.ts';
import type { Clocks } from '../../src/runtime/steady-clock.ts';

/** Settings of the archive. */
export interface ArchiveConfig {
  readonly enabled: boolean;
  /** Time between two looks at all files. */
  readonly sweepIntervalMs: number;
  readonly compressAfterDays: number;
  /** Null: for ever. */
  readonly keepDays: number | null;
  readonly compression: CompressionChoice;
  /** Whether the journal is written too. */
  readonly journal: boolean;
}

/** What an archive needs of those who run it. */
export type ArchiveDeps = Pick<
  PusherDeps,
  'reader' | 'cursors' | 'home' | 'log' | 'now' | 'count'
> & {
  readonly files?: ArchiveFiles;
  readonly clocks?: Clocks;
};

const MAX_SEGMENT_BYTES = 100 * 1024 * 1024;
const BATCH_LINES = 5_000;
/** What comes within this time is written, and synced, together. */
const LINGER_MS = 200;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 4_000;

/** Opens the archive in a data folder. */
export const archiveIn = (config: ArchiveConfig, deps: ArchiveDeps): Promise<Archive> => {
  const { reader, cursors, home, log, now, count } = deps;
  return openArchive({
    files: deps.files ?? archiveFiles,
    root: join(home, ARCHIVE),
    journalRoot: config.journal ? join(home, 'journal') : null,
    reader,
    cursors,
    clocks: deps.clocks ?? { now, monotonicMs: () => performance.now() },
    limits: {
      compressAfterDays: config.compressAfterDays,
      keepDays: config.keepDays,
      compression: compressionFor(config.compression),
      maxSegmentBytes: MAX_SEGMENT_BYTES,
      batchLines: BATCH_LINES,
    },
    count,
    warn: (text) => log.warn({ exporter: ARCHIVE }, text),
  });
};

/**
 * Follows the log into files. Its loop is its own: it takes lines of the archive instead of entries, makes its rounds while
 * nothing comes, and no disk ever refuses a line for good.
 */
export const createArchive = (config: ArchiveConfig, deps: ArchiveDeps): Pusher => {
  const follower = new Follower(config, deps);
  return {
    name: ARCHIVE,
    run: (signal) => follower.run(signal),
    trouble: () => follower.trouble,
  };
};

class Follower {
  readonly #config: ArchiveConfig;
  readonly #deps: ArchiveDeps;
  readonly #backoff = createBackoff({
    firstMs: FIRST_WAIT_MS,
    longestMs: LONGEST_WAIT_MS,
  });
  #archive: Archive | undefined;
  #failure: string | undefined;
  #lookedAtMs = Number.NEGATIVE_INFINITY;

  constructor(config: ArchiveConfig, deps: ArchiveDeps) {
    this.#config = config;
    this.#deps = deps;
  }

  get trouble(): string | undefined {
    const [damage, ...more] = this.#archive?.damages ?? [];
    const others = more.length === 0 ? '' : ` (and ${more.length} more)`;
    return this.#failure ?? (damage === undefined ? undefined : `Archive: ${damage}${others}.`);
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        this.#archive ??= await archiveIn(this.#config, this.#deps);
        await this.#catchUp(this.#archive, signal);
        this.#failure = undefined;
        this.#backoff.reset();
        await this.#rest(this.#archive, signal);
      } catch (error) {
        this.#note(error);
        await pause(this.#backoff.next(), signal);
      }
    }
  }

  async #catchUp(archive: Archive, signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted && (await archive.advance())) await this.#lookWhereDue(archive);
    } catch (error) {
      // What stands in the way may be a folder or a file that a look makes again.
      await archive.look().catch(() => undefined);
      throw error;
    }
    if (!signal.aborted) await this.#lookWhereDue(archive);
  }

  async #lookWhereDue(archive: Archive): Promise<void> {
    if (this.#dueInMs() <= 0) await this.#look(archive);
  }

  /** Whole milliseconds until the next look at all files. */
  #dueInMs(): number {
    return Math.ceil(this.#lookedAtMs + this.#config.sweepIntervalMs - performance.now());
  }

  async #look(archive: Archive): Promise<void> {
    await archive.look();
    this.#lookedAtMs = performance.now();
  }

  /** Until something new has come and had a moment for company, or until the next round. */
  async #rest({ seq }: Archive, signal: AbortSignal): Promise<void> {
    const round = new AbortController();
    const timer = setTimeout(() => round.abort(), Math.max(0, this.#dueInMs()));
    await this.#deps.reader.changed(seq, AbortSignal.any([signal, round.signal]));
    clearTimeout(timer);
    if (!round.signal.aborted) await pause(LINGER_MS, signal);
  }

  #note(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    const { log, count } = this.#deps;
    count('export_retries', ARCHIVE);
    if (isSystemError(error) || error instanceof TransientError) {
      if (this.#failure === undefined) log.warn({ exporter: ARCHIVE }, `Archive: ${text}`);
    } else {
      log.error({ err: error, exporter: ARCHIVE }, 'The archive failed; it is opened again.');
      this.#archive = undefined;
    }
    this.#failure = `Cannot write the archive: ${text}`;
  }
}

/** The exporter that keeps everything that is recorded in files. */
export const archive: InstallablePusher<ArchiveConfig> = {
  name: ARCHIVE,
  isWanted: ({ enabled }) => enabled,
  create: async (config, deps) => createArchive(config, deps),
};
