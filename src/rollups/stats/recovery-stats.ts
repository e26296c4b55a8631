import type { Database } from 'better-sqlite3';
import type { StatsFiles } from '../../records/stats-files.ts';
import { describeFailure } from './error-category.ts';
import { addCount, percentOf, topCounts } from './rates.ts';

const CATEGORIES = 10;
/** A later call is another attempt at something else. */
const SOON_MS = 600_000;

interface Attempt {
  readonly tool: string;
  readonly command: string;
  readonly errorClass: string;
  readonly success: 0 | 1;
}

/**
 * Attempts to recover: the next call after a failed one, in the same session, with the same tool and target (its file, or
 * the first word of its command), within 10 minutes. Calls without a target are left out, and so are denied ones.
 *
 * Only what is still kept call by call is looked at.
 */
export function recoveryStats(db: Database): StatsFiles['recovery-stats.json'] {
  const attempts = db
    .prepare<[], Attempt>(
      `SELECT tool.name AS tool, coalesce(f.command, '') AS command, coalesce(f.error_class, 'other') AS errorClass,
         (SELECT success FROM tool_call n
          WHERE n.session = f.session AND n.at_ms >= f.at_ms AND n.at_ms <= f.at_ms + ${SOON_MS}
            AND n.tool = f.tool AND n.file IS f.file AND n.command IS f.command
            AND (n.at_ms, n.key) > (f.at_ms, f.key) AND n.success IS NOT NULL AND n.error_class IS NOT 'denied'
          ORDER BY n.at_ms, n.key LIMIT 1) AS success
       FROM tool_call f JOIN tool ON tool.id = f.tool
       WHERE f.success = 0 AND f.error_class IS NOT 'denied' AND (f.file IS NOT NULL OR f.command IS NOT NULL)`,
    )
    .all()
    .filter(({ success }) => success !== null);
  const byPattern = new Map<string, number>();
  for (const { tool, command, errorClass } of attempts) {
    addCount(byPattern, describeFailure(tool, command, errorClass).type, 1);
  }
  const recovered = attempts.filter(({ success }) => success === 1).length;
  return {
    total_recoveries: attempts.length,
    success_rate: percentOf(recovered, attempts.length),
    by_pattern: topCounts(byPattern, CATEGORIES),
  };
}
