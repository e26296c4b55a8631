import type { BackfillProgress } from '../component.ts';
import type { Gauges } from '../runtime/gauges.ts';
import type { Source } from '../records/record.ts';
import type { Health } from '../server/health.ts';
import type { IngestReport } from './ingest-messages.ts';
import { progressText } from './progress.ts';

/** What the serving thread knows of the collecting one. */
export interface ServeState {
  readonly note: (report: IngestReport) => void;
  readonly health: () => Health;
}

/** Keeps what the collecting thread told last, for readiness and metrics. */
export const createServeState = (gauges: Gauges, now: () => number): ServeState => {
  const startedMs = now();
  let progress: BackfillProgress | null = null;
  let isCaughtUp = false;
  let trouble: string | null = null;
  let recovery: string | null = null;
  const lagMs = new Map<Source, number>();
  let waiting: Readonly<Record<string, number>> = {};
  gauges.offer('hall_monitor_ingest_lag_seconds', () =>
    [...lagMs].map(([source, ms]) => ({ labels: { source }, value: ms / 1000 })),
  );
  gauges.offer('hall_monitor_queue_depth', () =>
    isCaughtUp || progress === null ? 0 : Math.max(0, progress.files - progress.filesRead),
  );
  gauges.offer('hall_monitor_spool_files', () => waiting['hooks'] ?? 0);
  return {
    note: (report) => {
      switch (report.kind) {
        case 'committed':
          if (isCaughtUp) lagMs.set(report.source, report.lagMs);
          break;
        case 'backfill':
          progress = report.progress;
          break;
        case 'caught_up':
          isCaughtUp = true;
          break;
        case 'state':
          trouble = report.trouble;
          waiting = report.waiting;
          break;
        case 'recovered':
          recovery = report.text;
          break;
        case 'opened':
        case 'failed':
        case 'logged':
        case 'count':
        case 'log':
        case 'cursor_saved':
        case 'closed':
          break;
      }
    },
    health: () => {
      const reasons: string[] = [];
      if (!isCaughtUp) {
        const how = progress === null ? 'begins' : progressText(progress, now() - startedMs);
        reasons.push(`The first reading of all transcripts is under way: ${how}.`);
      }
      if (trouble !== null) reasons.push(trouble);
      return {
        ready: reasons.length === 0,
        reasons,
        warnings: recovery === null ? [] : [recovery],
      };
    },
  };
};
