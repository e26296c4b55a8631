/** Which sessions are told to be quiet: each one once, whenever its lines came. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createIdleSweep, type IdleState } from '../../../exporters/otlp/idle-sweep.ts';
import { sessionsLastActive } from '../../../src/rollups/idle-sessions.ts';
import { PermanentError } from '../../../src/errors.ts';
import type { SendOutcome } from '../../../src/pipeline/deliver.ts';
import { createExportLog, type ExportLog } from '../../pipeline/export-log.ts';
import { AT_MS, batch, request } from '../../pipeline/ingest-fixture.ts';
import { until } from '../../support/running-command.ts';

const MINUTE_MS = 60_000;
const EXPORTER = 'otlp-traces';

let log: ExportLog;
let state: IdleState | undefined;
let nowMs: number;
/** Names of the sessions of each request that was taken. */
let taken: string[][];
beforeEach(async () => {
  log = createExportLog();
  state = undefined;
  nowMs = AT_MS;
  taken = [];
  await log.deps.cursors.save(EXPORTER, 0);
});
afterEach(() => log.remove());

const namesOf = (ids: readonly number[]): string[] =>
  sessionsLastActive(log.deps.reader.db, { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER })
    .filter(({ id }) => ids.includes(id))
    .map(({ sessionId }) => sessionId)
    .toSorted();

/** Looks once. */
const sweep = async (refuses: (names: readonly string[]) => boolean = () => false) => {
  const stop = new AbortController();
  let isWritten = false;
  const run = createIdleSweep({
    deps: { ...log.deps, now: () => nowMs },
    exporter: EXPORTER,
    hasHistory: true,
    state: {
      read: () => Promise.resolve(state),
      write: (next) => {
        state = next;
        isWritten = true;
        return Promise.resolve();
      },
    },
    send: (sessions): Promise<SendOutcome> => {
      const names = namesOf(sessions);
      if (refuses(names)) return Promise.reject(new PermanentError('400'));
      taken.push(names);
      return Promise.resolve({});
    },
  })(stop.signal);
  await until('a look', () => (isWritten ? true : undefined));
  stop.abort();
  await run;
};

/** A session in which something happened at one moment. */
const told = (sessionId: string, atMs: number): void =>
  log.commit(batch([request({ key: `msg_${sessionId}`, sessionId, atMs, endMs: atMs })]));

describe('the look for quiet sessions', () => {
  it('tells of each one once, when nothing has happened in it for a while', async () => {
    told('one', AT_MS);
    nowMs = AT_MS + 10 * MINUTE_MS;
    await sweep();
    expect(taken).toEqual([]);
    nowMs = AT_MS + 16 * MINUTE_MS;
    await sweep();
    await sweep();
    expect(taken).toEqual([['one']]);
  });

  it('misses none that was quiet already when its lines came', async () => {
    nowMs = AT_MS + 60 * MINUTE_MS;
    await sweep();
    told('late', AT_MS);
    nowMs += MINUTE_MS;
    await sweep();
    nowMs += MINUTE_MS;
    await sweep();
    expect(taken).toEqual([['late']]);
  });

  it('goes on when the clock is put back', async () => {
    nowMs = AT_MS + 365 * 24 * 60 * MINUTE_MS;
    await sweep();
    nowMs = AT_MS;
    await sweep();
    told('after', AT_MS);
    nowMs += 16 * MINUTE_MS;
    await sweep();
    expect(taken).toEqual([['after']]);
  });

  it('halves what is refused, until one session is at fault', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) told(name, AT_MS);
    nowMs = AT_MS + 16 * MINUTE_MS;
    await sweep((names) => names.includes('c'));
    expect(taken.flat().toSorted()).toEqual(['a', 'b', 'd', 'e']);
    expect(log.counts.get(`export_dropped ${EXPORTER} refused`)).toBe(1);
  });
});
