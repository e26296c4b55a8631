import type { Pusher, PusherDeps } from '../../src/component.ts';
import { transcriptOrigins } from '../../src/rollups/transcript-origins.ts';
import { pause } from '../../src/runtime/pause.ts';
import { Superseded } from './block-table.ts';
import { Keeper } from './keeper.ts';
import { realRoots } from './open-transcript.ts';
import { Retention, type RetentionLimits } from './retention.ts';
import { openRawTraces } from './trace-file.ts';

/** Settings of the raw traces. */
export interface RawTracesConfig extends RetentionLimits {
  readonly enabled: boolean;
  /** Configuration folders of Claude Code, below which transcripts lie. */
  readonly claudeDirs: readonly string[];
}

/** How long lines that came in are left to become more. */
const LINGER_MS = 1_000;
/** Longest time between two looks; some lines are no news to the store. */
const SWEEP_MS = 30_000;
/** How long a transcript is left alone before what was kept of it is packed tightly. */
const QUIET_MS = 10 * 60_000;
const RETENTION_MS = 60 * 60_000;

/** Keeps the lines of transcripts as the store learns of them, until it is told to stop. */
export const createPusher = (config: RawTracesConfig, deps: PusherDeps): Pusher => {
  const problems = new Map<string, string>();
  const run = async (signal: AbortSignal): Promise<void> => {
    const db = openRawTraces(deps.home);
    try {
      const round = createRound(config, deps, { db, problems });
      while (!signal.aborted) {
        const seq = deps.reader.lastSeq();
        await round(signal);
        await somethingNew(deps, seq, signal);
      }
    } finally {
      db.close();
    }
  };
  return { name: 'raw-traces', run, trouble: () => troubleText(problems) };
};

interface RoundParts {
  readonly db: ReturnType<typeof openRawTraces>;
  readonly problems: Map<string, string>;
}

/** One look at everything: what is new, what can be packed, what is too old. */
const createRound = (
  config: RawTracesConfig,
  { reader, log, now, count }: PusherDeps,
  { db, problems }: RoundParts,
): ((signal: AbortSignal) => Promise<void>) => {
  const keeper = new Keeper({ db, roots: realRoots(config.claudeDirs), now, count });
  const retention = new Retention(db, count);
  const unsettled = db
    .prepare<[number], number>(
      `SELECT DISTINCT b.file FROM block b JOIN file f ON f.id = b.file WHERE b.is_settled = 0 AND f.modified_ms < ?`,
    )
    .pluck();
  const seen = new Map<string, string>();
  let retainedAtMs = Number.NEGATIVE_INFINITY;

  const keepNew = async (signal: AbortSignal): Promise<void> => {
    for (const { path, bytes, writtenAtMs } of transcriptOrigins(reader.db)) {
      if (signal.aborted) return;
      const state = `${bytes} ${writtenAtMs}`;
      if (seen.get(path) === state) continue;
      try {
        await keeper.keep(path, signal);
        if (!signal.aborted) seen.set(path, state);
        problems.delete(path);
      } catch (error) {
        // Another writer was faster: what it left is found with the next look.
        if (error instanceof Superseded) continue;
        if (!problems.has(path)) log.warn({ err: error, path }, 'A raw trace cannot be kept.');
        problems.set(path, error instanceof Error ? error.message : String(error));
        count('read_errors', 'raw-traces');
      }
    }
  };
  const settleQuiet = async (signal: AbortSignal): Promise<void> => {
    for (const file of unsettled.all(now() - QUIET_MS)) {
      if (signal.aborted) return;
      await keeper.blocks.settle(file);
    }
  };
  const retain = async (signal: AbortSignal): Promise<void> => {
    if (now() - retainedAtMs < RETENTION_MS) return;
    retainedAtMs = now();
    let isChanged = false;
    while (!signal.aborted && retention.step(config, now())) {
      isChanged = true;
      await pause(0, signal);
    }
    if (!isChanged) return;
    retention.tidy();
    keeper.forget();
  };
  return async (signal) => {
    await keepNew(signal);
    await settleQuiet(signal);
    await retain(signal);
  };
};

const somethingNew = async (
  { reader }: PusherDeps,
  seq: number,
  signal: AbortSignal,
): Promise<void> => {
  const enough = new AbortController();
  const either = AbortSignal.any([signal, enough.signal]);
  await Promise.race([reader.changed(seq, either), pause(SWEEP_MS, either)]);
  enough.abort();
  await pause(LINGER_MS, signal);
};

const troubleText = (problems: ReadonlyMap<string, string>): string | undefined => {
  const [first] = problems;
  if (first === undefined) return undefined;
  const more = problems.size === 1 ? '' : `, and ${problems.size - 1} more`;
  return `raw-traces: cannot keep ${first[0]}${more}: ${first[1]}`;
};
