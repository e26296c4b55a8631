import type { BackfillProgress } from '../../receivers/transcripts/backfill.ts';
import type { Gauges } from '../runtime/gauges.ts';
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
  let lagMs: number | null = null;
  gauges.offer('hall_monitor_ingest_lag_seconds', () =>
    lagMs === null ? [] : [{ labels: { source: 'transcript' }, value: Math.max(0, lagMs) / 1000 }],
  );
  gauges.offer('hall_monitor_queue_depth', () =>
    isCaughtUp || progress === null ? 0 : Math.max(0, progress.files - progress.filesRead),
  );
  return {
    note: (report) => {
      switch (report.kind) {
        case 'committed':
          lagMs = isCaughtUp ? report.lagMs : null;
          break;
        case 'backfill':
          progress = report.progress;
          break;
        case 'caught_up':
          isCaughtUp = true;
          break;
        case 'state':
          trouble = report.trouble;
          break;
        case 'opened':
        case 'failed':
        case 'count':
        case 'log':
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
      return { ready: reasons.length === 0, reasons };
    },
  };
};
