/** A year of a team's history into an empty ClickHouse, and the same again, which must add nothing. */
import { join } from 'node:path';
import { clickhouse } from '../../exporters/clickhouse/index.ts';
import { DEFAULTS } from '../../src/config/defaults.ts';
import { silentLog } from '../../src/runtime/log.ts';
import { STORE_FILE } from '../../src/store/open.ts';
import { createReader } from '../../src/store/reader.ts';
import type { Cursor } from '../../src/store/store.ts';
import { ensureEngine } from '../support/clickhouse/installed-engine.ts';
import { startEngine, type ClickHouseEngine } from '../support/clickhouse/engine.ts';
import { type Bench, type Figures, median, rounded, withFolder } from './bench.ts';
import { writeLargeStore } from './large-store.ts';

const QUICK_REQUESTS = 60_000;
/** With a call for every other request, a million events. */
const REQUESTS = 666_667;
const SUMS = `SELECT sum(cost_nano_usd) AS nano_usd, count() AS requests FROM hall_monitor.claude_messages FINAL`;
const ROWS = `SELECT sum(rows) AS rows, sum(bytes_on_disk) AS bytes FROM system.parts WHERE active AND database = 'hall_monitor'`;

/** Delivers the whole log of a store and returns how long that took. */
async function drain(home: string, url: string, compression: 'auto' | 'on'): Promise<number> {
  const reader = createReader(join(home, STORE_FILE));
  const stop = new AbortController();
  let cursor: Cursor | null = null;
  try {
    const last = reader.lastSeq();
    const pusher = await clickhouse.create(
      { ...DEFAULTS.clickhouse, url, lingerMs: 0, compression },
      {
        reader,
        cursors: {
          load: () => cursor,
          save: async (_exporter, seq) => {
            await Promise.resolve();
            cursor = { seq, sinceMs: 0 };
            if (seq >= last) stop.abort();
          },
        },
        log: silentLog,
        now: Date.now,
        count: () => undefined,
        home,
        resource: {},
        version: '0.0.0',
        timezone: 'UTC',
      },
    );
    const startMs = performance.now();
    await pusher.run(stop.signal);
    return performance.now() - startMs;
  } finally {
    reader.close();
  }
}

/** Median of three. */
async function timed(engine: ClickHouseEngine, sql: string): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < 3; run += 1) {
    const startMs = performance.now();
    await engine.rows(sql);
    times.push(performance.now() - startMs);
  }
  return median(times);
}

/** See the top of this file. */
export const run: Bench = async ({ isQuick, note }): Promise<Figures> => {
  if (!ensureEngine()) throw new Error('There is no chdb here.');
  return await withFolder(async (folder) => {
    const requests = isQuick ? QUICK_REQUESTS : REQUESTS;
    note(`Making a store of ${requests} requests …`);
    writeLargeStore({ home: folder, requests, nowMs: Date.now() });
    const engine = await startEngine();
    try {
      const events = requests + Math.ceil(requests / 2);
      note('Filling ClickHouse …');
      const firstMs = await drain(folder, engine.url, 'auto');
      const [first] = await engine.rows<Figures>(SUMS);
      const [filled] = await engine.rows<Figures>(ROWS);
      note('Sending the same again …');
      const againMs = await drain(folder, engine.url, 'auto');
      const [again] = await engine.rows<Figures>(SUMS);
      const [kept] = await engine.rows<Figures>(ROWS);
      const view = 'hall_monitor.daily_session_summary';
      const wholeMs = await timed(engine, `SELECT sum(total_cost) FROM ${view}`);
      const dayMs = await timed(
        engine,
        `SELECT project_directory, sum(total_cost) FROM ${view} WHERE date = yesterday() GROUP BY project_directory`,
      );
      return {
        events,
        insert_ms: rounded(firstMs, 0),
        events_per_second: rounded(events / (firstMs / 1000), 0),
        again_ms: rounded(againMs, 0),
        sums_equal: JSON.stringify(first) === JSON.stringify(again),
        rows: filled?.['rows'],
        rows_added_by_repeat: Number(kept?.['rows']) - Number(filled?.['rows']),
        bytes_per_event: rounded(Number(filled?.['bytes']) / events),
        summary_of_all_days_ms: rounded(wholeMs, 0),
        summary_of_a_day_ms: rounded(dayMs, 0),
      };
    } finally {
      await engine.close();
    }
  });
};
