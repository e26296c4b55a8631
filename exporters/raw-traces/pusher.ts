import type { Database } from 'better-sqlite3';
import type { Pusher, PusherDeps } from '../../src/component.ts';
import { pause } from '../../src/runtime/pause.ts';
import type { StoreReader } from '../../src/store/store.ts';
import type { RetentionLimits } from './retention.ts';
import { Round } from './round.ts';
import { openRawTraces, RAW_TRACES_FILE } from './trace-file.ts';

/** Settings of the raw traces. */
export interface RawTracesConfig extends RetentionLimits {
  readonly enabled: boolean;
  /** Configuration folders of Claude Code, below which transcripts lie. */
  readonly claudeDirs: readonly string[];
}

/** When what is done; shorter in tests. */
export interface Rhythm {
  /** How long lines that came in are left to become more. */
  readonly lingerMs: number;
  /** Longest time between two looks; some lines are no news to the store. */
  readonly sweepMs: number;
  /** How long a transcript is left alone before what was kept of it is packed tightly. */
  readonly quietMs: number;
  /** Time between two looks for what is too old. */
  readonly retentionMs: number;
}

const RHYTHM: Rhythm = {
  lingerMs: 1_000,
  sweepMs: 30_000,
  quietMs: 10 * 60_000,
  retentionMs: 60 * 60_000,
};

/** Keeps the lines of transcripts as the store learns of them, until it is told to stop. */
export const createPusher = (
  config: RawTracesConfig,
  deps: PusherDeps,
  rhythm: Rhythm = RHYTHM,
): Pusher => {
  let problems: ReadonlyMap<string, string> = new Map();
  const rounds = async (db: Database, signal: AbortSignal): Promise<void> => {
    const { claudeDirs } = config;
    const round = new Round({ db, deps, claudeDirs, limits: config, ...rhythm });
    ({ problems } = round);
    while (!signal.aborted) {
      const seq = deps.reader.lastSeq();
      await round.run(signal);
      await somethingNew(deps.reader, seq, { signal, rhythm });
    }
  };
  const run = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      const db = opened(deps);
      if (db instanceof Error) {
        problems = new Map([[RAW_TRACES_FILE, db.message]]);
        await pause(rhythm.sweepMs, signal);
        continue;
      }
      try {
        await rounds(db, signal);
      } finally {
        db.close();
      }
    }
  };
  return { name: 'raw-traces', run, trouble: () => troubleText(problems) };
};

/** A file that cannot be opened keeps no other exporter from its work: it is told, and tried again. */
const opened = ({ home, log }: PusherDeps): Database | Error => {
  try {
    return openRawTraces(home);
  } catch (error) {
    log.error({ err: error }, 'The raw traces cannot be opened.');
    return error instanceof Error ? error : new Error(String(error));
  }
};

const somethingNew = async (
  reader: StoreReader,
  seq: number,
  { signal, rhythm }: { readonly signal: AbortSignal; readonly rhythm: Rhythm },
): Promise<void> => {
  const enough = new AbortController();
  const either = AbortSignal.any([signal, enough.signal]);
  await Promise.race([reader.changed(seq, either), pause(rhythm.sweepMs, either)]);
  enough.abort();
  await pause(rhythm.lingerMs, signal);
};

const troubleText = (problems: ReadonlyMap<string, string>): string | undefined => {
  const [first] = problems;
  if (first === undefined) return undefined;
  const more = problems.size === 1 ? '' : `, and ${problems.size - 1} more`;
  return `raw-traces: cannot keep ${first[0]}${more}: ${first[1]}`;
};
