import { join } from 'node:path';
import type { InstallablePusher, Pusher, PusherDeps } from '../../src/component.ts';
import { isSystemError, TransientError } from '../../src/errors.ts';
import { Alarm } from '../../src/runtime/alarm.ts';
import { ARCHIVE, type Archive, openArchive } from './archive.ts';
import { archiveFiles, type ArchiveFiles } from './archive-files.ts';
import { type CompressionChoice, compressionFor } from './compression.ts';
import type { Clocks } from './steady-clock.ts';

/** Settings of the archive. */
export interface ArchiveConfig {
  readonly enabled: boolean;
  readonly compressAfterDays: number;
  /** Null: for ever. */
  readonly keepDays: number | null;
  readonly compression: CompressionChoice;
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
const LOOK_EVERY_MS = 60_000;
/** What comes within this time is written, and synced, together. */
const LINGER_MS = 200;
const RETRY_MS = 3_000;

/** Opens the archive in a data folder. */
export const archiveIn = (config: ArchiveConfig, deps: ArchiveDeps): Promise<Archive> => {
  const { reader, cursors, home, log, now, count } = deps;
  return openArchive({
    files: deps.files ?? archiveFiles,
    root: join(home, ARCHIVE),
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
 * Follows the log into files. Its loop is its own: it takes pages of archive lines instead of entries, has to do its
 * rounds while nothing happens, and no line is ever refused for good by a disk.
 */
export const createArchive = (config: ArchiveConfig, deps: ArchiveDeps): Pusher => {
  const { reader, log } = deps;
  let archive: Archive | undefined;
  let failure: string | undefined;
  let lookedAtMs = Number.NEGATIVE_INFINITY;

  const step = async (signal: AbortSignal): Promise<void> => {
    archive ??= await archiveIn(config, deps);
    while (!signal.aborted && (await archive.advance())) {
      if (performance.now() - lookedAtMs >= LOOK_EVERY_MS) await look(archive);
    }
    if (performance.now() - lookedAtMs >= LOOK_EVERY_MS) await look(archive);
  };
  const look = async (of: Archive): Promise<void> => {
    await of.look();
    lookedAtMs = performance.now();
  };
  const attempt = async (signal: AbortSignal): Promise<boolean> => {
    try {
      await step(signal);
      failure = undefined;
      return true;
    } catch (error) {
      if (!isPassing(error)) throw error;
      const text = `Cannot write the archive: ${error.message}.`;
      if (failure !== text) log.warn({ exporter: ARCHIVE }, text);
      failure = text;
      return false;
    }
  };
  return {
    name: ARCHIVE,
    run: async (signal) => {
      while (!signal.aborted) {
        const isWell = await attempt(signal);
        if (!isWell) await pause(RETRY_MS, signal);
        else if (await somethingCame(reader, archive!.seq, signal)) await pause(LINGER_MS, signal);
      }
    },
    trouble: () => failure ?? archive?.damages[0],
  };
};

const isPassing = (error: unknown): error is Error =>
  isSystemError(error) || error instanceof TransientError;

const pause = async (ms: number, signal: AbortSignal): Promise<void> => {
  const alarm = new Alarm();
  signal.addEventListener('abort', alarm.wake, { once: true });
  await alarm.sleep(ms, signal);
  signal.removeEventListener('abort', alarm.wake);
};

/** Waits for something behind `seq`, or for the next round; says whether something came. */
const somethingCame = async (
  reader: Pick<PusherDeps['reader'], 'changed' | 'lastSeq'>,
  seq: number,
  signal: AbortSignal,
): Promise<boolean> => {
  const round = new AbortController();
  const timer = setTimeout(() => round.abort(), LOOK_EVERY_MS);
  await reader.changed(seq, AbortSignal.any([signal, round.signal]));
  clearTimeout(timer);
  return !signal.aborted && !round.signal.aborted;
};

/** The exporter that keeps everything that is recorded in files. */
export const archive: InstallablePusher<ArchiveConfig> = {
  name: ARCHIVE,
  isWanted: ({ enabled }) => enabled,
  create: async (config, deps) => createArchive(config, deps),
};
