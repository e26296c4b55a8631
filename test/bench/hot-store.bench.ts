import { statSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '../../src/store/open.ts';
import { WriteStore } from '../../src/store/write-store.ts';
import { median, percentile, rounded, withFolder, type Bench } from './bench.ts';
import { writeLargeStore } from './large-store.ts';

const MEBIBYTE = 1024 * 1024;
const DAY_MS = 86_400_000;
const LINES = 200;

/** A store of a million requests over 90 days: its size, how long looking for damage takes, and what leaving it costs. */
export const run: Bench = (options) =>
  withFolder(async (folder) => {
    const home = join(folder, 'home');
    const file = join(home, 'hall-monitor.db');
    const requests = options.isQuick ? 100_000 : 1_000_000;
    options.note(`making a store of ${requests} requests`);
    writeLargeStore({ home, requests, nowMs: Date.now() });
    const sizeMib = statSync(file).size / MEBIBYTE;
    const store = new WriteStore(openStore(home));
    const checkStartMs = performance.now();
    store.db.pragma('quick_check(1)');
    const checkMs = performance.now() - checkStartMs;
    const limits = {
      cutoffMs: Date.now() - 30 * DAY_MS,
      archivedSeq: Number.MAX_SAFE_INTEGER,
      cursors: new Map<string, number>(),
      backlogBytes: 0,
      lines: LINES,
    };
    const turnsMs: number[] = [];
    let rows = 0;
    for (let isMore = true; isMore;) {
      const startMs = performance.now();
      const pruned = store.prune(limits);
      turnsMs.push(performance.now() - startMs);
      rows += pruned.rows;
      ({ isMore } = pruned);
    }
    const pages = Number(store.db.pragma('page_count', { simple: true }));
    const free = Number(store.db.pragma('freelist_count', { simple: true }));
    store.db.close();
    return {
      requests,
      store_mib: rounded(sizeMib),
      bytes_per_request: rounded((sizeMib * MEBIBYTE) / requests, 0),
      quick_check_ms: rounded(checkMs, 0),
      rows_that_left: rows,
      turn_p50_ms: rounded(median(turnsMs)),
      turn_p99_ms: rounded(percentile(turnsMs, 0.99)),
      turn_max_ms: rounded(Math.max(...turnsMs)),
      free_share_after: rounded(free / pages, 2),
    };
  });
