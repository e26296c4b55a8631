import type { BackfillProgress } from '../../receivers/transcripts/backfill.ts';
import type { TranscriptsConfig } from '../../receivers/transcripts/config.ts';

/** What the thread that collects is given. */
export interface IngestOrder {
  readonly home: string;
  readonly overrideFile: string | null;
  readonly transcripts: TranscriptsConfig;
}

/** How important a message of the log is. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** What it tells. */
export type IngestReport =
  | { readonly kind: 'opened' }
  | {
      readonly kind: 'failed';
      readonly message: string;
      readonly hint: string;
      readonly exitCode: number;
    }
  | { readonly kind: 'committed'; readonly lastSeq: number; readonly lagMs: number | null }
  | { readonly kind: 'backfill'; readonly progress: BackfillProgress }
  | { readonly kind: 'caught_up' }
  | { readonly kind: 'state'; readonly trouble: string | null; readonly tracked: number }
  | {
      readonly kind: 'log';
      readonly level: LogLevel;
      readonly fields: object;
      readonly message: string;
    }
  | { readonly kind: 'count'; readonly name: string; readonly label: string; readonly by: number }
  | { readonly kind: 'closed' };

/** What it is told after its order. */
export type IngestCommand = { readonly kind: 'stop' };
