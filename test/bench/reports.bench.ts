import { join } from 'node:path';
import Database from 'better-sqlite3';
import { createReportFolder } from '../../exporters/reports/report-folder.ts';
import { reportFiles } from '../../src/rollups/stats/report-files.ts';
import type { Bench } from './bench.ts';
import { median, rounded, withFolder } from './bench.ts';
import { writeLargeStore } from './large-store.ts';

/** All report files of a large store: what holds up the thread that exports, and what happens beside it. */
export const run: Bench = ({ isQuick, note }) =>
  withFolder(async (folder) => {
    const requests = isQuick ? 100_000 : 1_000_000;
    note(`making a store of ${requests} requests`);
    const nowMs = Date.now();
    writeLargeStore({ home: join(folder, 'home'), requests, nowMs });
    const db = new Database(join(folder, 'home', 'hall-monitor.db'), { readonly: true });
    const reports = createReportFolder({
      folder: join(folder, 'reports'),
      gitAdd: false,
      now: Date.now,
    });
    const workedOut: number[] = [];
    const written: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      const from = performance.now();
      // Another zone each time, so that files change.
      const timezone = `Etc/GMT+${round}`;
      const files = reportFiles(db, { timezone, nowMs });
      workedOut.push(performance.now() - from);
      const writing = performance.now();
      await reports.write(files);
      written.push(performance.now() - writing);
    }
    const { length } = JSON.stringify(reportFiles(db, { timezone: 'UTC', nowMs }));
    db.close();
    return {
      requests,
      work_out_ms: rounded(median(workedOut), 0),
      work_out_max_ms: rounded(Math.max(...workedOut), 0),
      write_ms: rounded(median(written), 0),
      json_mib: rounded(length / 1024 / 1024, 1),
    };
  });
