import type { Pusher, PusherDeps } from '../../src/component.ts';
import { hasSessionPause } from '../../src/rollups/session-pause.ts';
import { isStoreFilled } from '../../src/rollups/store-filled.ts';
import { reportFiles } from '../../src/rollups/stats/report-files.ts';
import { pause } from '../../src/runtime/pause.ts';
import { createReportFolder } from './report-folder.ts';

/** Where report files go. */
export interface ReportsOptions {
  readonly folder: string;
  readonly gitAdd: boolean;
}

const INTERVAL_MS = 60_000;
/** How soon after a session has ended its files are written: the last lines of a transcript come a little later. */
const SOON_MS = 2_000;
/** Working out the files takes at most a twentieth of the time, however large the store is. */
const REST = 20;

/** Waits so many milliseconds, or until the signal aborts. */
type Wait = (ms: number, signal: AbortSignal) => Promise<void>;

/** When files were last written, and how long that took. */
interface Written {
  readonly atMs: number;
  readonly tookMs: number;
  /** Everything up to this seq is in them; -1 while nothing is. */
  readonly seq: number;
}

/**
 * Writes all report files a minute after they were last written, or soon after a session has paused, where something was
 * logged since; sleeps until then. It needs no cursor: the files say everything there is each time.
 */
export function createReports(
  options: ReportsOptions,
  deps: PusherDeps,
  wait: Wait = pause,
): Pusher {
  const { reader, now, log, timezone } = deps;
  const folder = createReportFolder({ ...options, now });
  let trouble: string | undefined;

  const write = async (last: Written): Promise<Written> => {
    const atMs = now();
    const startedAt = performance.now();
    const seq = reader.lastSeq();
    const { files, problem } = attempt(() => reportFiles(reader.db, { timezone, nowMs: atMs }));
    const tookMs = performance.now() - startedAt;
    const found = files === undefined ? problem : await folder.write(files).catch(textOf);
    if (found !== undefined && found !== trouble) {
      log.warn({ folder: options.folder }, found);
    }
    trouble = found;
    return { atMs, tookMs, seq: found === undefined ? seq : last.seq };
  };

  const run = async (signal: AbortSignal): Promise<void> => {
    let last: Written = { atMs: -Infinity, tookMs: 0, seq: -1 };
    while (!signal.aborted && !isStoreFilled(reader.db)) await wait(SOON_MS, signal);
    for (;;) {
      await reader.changed(last.seq, signal);
      await untilDue(last, { deps, wait, signal });
      if (signal.aborted) return;
      last = await write(last);
    }
  };
  return { name: 'reports', run, trouble: () => trouble };
}

/** What is wrong becomes words, so that the other exporters of the thread go on. */
function attempt<T>(read: () => T): { readonly files?: T; readonly problem?: string } {
  try {
    return { files: read() };
  } catch (error) {
    return { problem: textOf(error) };
  }
}

function textOf(error: unknown): string {
  return `Report files could not be written: ${error instanceof Error ? error.message : String(error)}`;
}

/** Resolves when files that were written last are to be written again. */
async function untilDue(
  { atMs, tookMs, seq }: Written,
  {
    deps,
    wait,
    signal,
  }: { readonly deps: PusherDeps; readonly wait: Wait; readonly signal: AbortSignal },
): Promise<void> {
  const { now, reader } = deps;
  const restMs = tookMs * REST;
  let isPaused = false;
  let lookedSeq = seq;
  while (!signal.aborted) {
    const passedMs = now() - atMs;
    // A clock that was put back must not keep the files old.
    if (passedMs >= Math.max(INTERVAL_MS, restMs) || passedMs < 0) return;
    const lastSeq = reader.lastSeq();
    const wasPaused = isPaused;
    isPaused ||= hasSessionPause(reader.db, lookedSeq);
    lookedSeq = lastSeq;
    if (wasPaused && passedMs >= restMs) return;
    await wait(SOON_MS, signal);
  }
}
