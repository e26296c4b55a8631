import type { Database } from 'better-sqlite3';
import type { SessionsFile } from '../../records/sessions-file.ts';
import type { StatsFiles } from '../../records/stats-files.ts';
import { listSessions, type SessionView } from '../sessions.ts';
import { reportSessions } from '../sessions-report.ts';
import { createTimeZone } from '../time-zone.ts';
import { activityStats } from './activity-stats.ts';
import { commandStats } from './command-stats.ts';
import { errorStats } from './error-stats.ts';
import { flowStats } from './flow-stats.ts';
import { recoveryStats } from './recovery-stats.ts';
import { toolSuccessStats } from './tool-success-stats.ts';
import { toolUsageStats } from './tool-usage-stats.ts';

/** Every report file by its name. */
export type ReportFiles = StatsFiles & { readonly 'sessions.json': SessionsFile };

/** All report files as of one moment, so that their totals agree. */
export function reportFiles(db: Database, view: SessionView): ReportFiles {
  const zone = createTimeZone(view.timezone);
  return db.transaction((): ReportFiles => {
    const { sessions } = listSessions(db, { ...view, limit: null });
    return {
      'error-stats.json': errorStats(db),
      'tool-usage-stats.json': toolUsageStats(db),
      'activity-stats.json': activityStats(db, zone),
      'recovery-stats.json': recoveryStats(db),
      'flow-stats.json': flowStats(sessions, zone),
      'command-stats.json': commandStats(db),
      'tool-success-stats.json': toolSuccessStats(db),
      'sessions.json': reportSessions(db, sessions, view.timezone),
    };
  })();
}
