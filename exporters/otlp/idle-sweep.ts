import type { PusherDeps } from '../../src/component.ts';
import { PermanentError, TransientError } from '../../src/errors.ts';
import { hasEnded, sessionsLastActive, sessionsTold } from '../../src/rollups/idle-sessions.ts';
import type { SendOutcome } from '../../src/pipeline/deliver.ts';
import { pause } from '../../src/runtime/pause.ts';
import type { StateFile } from './state-file.ts';

/** Up to which moment sessions were looked at, and with how much of the log. */
export interface IdleState {
  readonly sweptToMs: number;
  /** Left out where nobody has noted it yet. */
  readonly seq?: number;
}

/** What a sweep is made of. */
export interface IdleSweepParts {
  readonly deps: Pick<PusherDeps, 'reader' | 'cursors' | 'count' | 'log' | 'now'>;
  /** Name under which drops are counted, and whose cursor tells since when there is anything to send. */
  readonly exporter: string;
  readonly hasHistory: boolean;
  readonly state: StateFile<IdleState>;
  /** Sends what is left of some sessions. */
  readonly send: (sessions: readonly number[], signal: AbortSignal) => Promise<SendOutcome>;
}

const EVERY_MS = 60_000;
/** Sessions whose spans go out in one request. */
const TOGETHER = 50;
/** A session in which nothing happened for so long is over, until something does. */
const IDLE_MS = 15 * 60_000;

/** Whether a file holds what a sweep wrote. */
export const isIdleState = (value: unknown): value is IdleState =>
  typeof value === 'object' &&
  value !== null &&
  Number.isFinite((value as { readonly sweptToMs?: unknown }).sweptToMs) &&
  Number.isSafeInteger((value as { readonly seq?: unknown }).seq ?? 0);

/**
 * Looks every minute for sessions that have gone quiet. No line of the log tells of that, so how far it has come is kept
 * in a file and not as a cursor; what could not be sent is found again the next minute.
 */
export function createIdleSweep(parts: IdleSweepParts): (signal: AbortSignal) => Promise<void> {
  const { deps, exporter, hasHistory, state, send } = parts;
  const { reader, cursors, count, log, now } = deps;

  const sweep = async (signal: AbortSignal): Promise<void> => {
    const sinceMs = cursors.load(exporter)?.sinceMs;
    if (sinceMs === undefined) return;
    const firstMs = hasHistory ? 0 : sinceMs - IDLE_MS;
    // Before anything else is read: what is committed meanwhile is for the next time.
    const toSeq = reader.lastSeq();
    const { sweptToMs = firstMs, seq = toSeq } = (await state.read()) ?? {};
    const toMs = now() - IDLE_MS;
    // Where the clock was put back, it goes on from now.
    const fromMs = Math.min(sweptToMs, toMs);
    const quiet = sessionsLastActive(reader.db, { fromMs, toMs });
    // What was told late, since nobody collected or a backfill takes its time, was quiet before it was here.
    const stretch = { afterSeq: seq <= toSeq ? seq : 0, toSeq };
    const late = sessionsTold(reader.db, stretch, { fromMs: firstMs, toMs });
    const left = [...new Set([...quiet, ...late].map(({ id }) => id))].filter(
      (id) => !hasEnded(reader.db, id),
    );
    for (let from = 0; from < left.length; from += TOGETHER) {
      await tell(left.slice(from, from + TOGETHER), signal);
    }
    await state.write({ sweptToMs: toMs, seq: toSeq });
  };

  const tell = async (sessions: readonly number[], signal: AbortSignal): Promise<void> => {
    try {
      const { rejected = 0 } = await send(sessions, signal);
      if (rejected > 0) count('export_dropped', `${exporter} rejected`, rejected);
    } catch (error) {
      if (!(error instanceof PermanentError)) throw error;
      if (sessions.length > 1) {
        const half = Math.ceil(sessions.length / 2);
        await tell(sessions.slice(0, half), signal);
        await tell(sessions.slice(half), signal);
        return;
      }
      count('export_dropped', `${exporter} refused`);
      log.warn({ exporter, reason: error.message }, 'The far side refused a session for good.');
    }
  };

  return async (signal) => {
    while (!signal.aborted) {
      try {
        await sweep(signal);
      } catch (error) {
        // The loop over the log says what is wrong with the far side.
        if (!(error instanceof TransientError))
          log.error({ err: error, exporter }, 'Idle sessions could not be told.');
      }
      await pause(EVERY_MS, signal);
    }
  };
}
