import type { BackfillProgress } from '../component.ts';
import type { Source } from '../records/record.ts';
import type { Retention } from './pruning.ts';
import type { CursorAnswer, CursorOrder } from './export-messages.ts';
import type { LogMessage } from './relay-log.ts';

/** What the thread that collects is given. */
export interface IngestOrder {
  readonly home: string;
  readonly overrideFile: string | null;
  /** How long entries stay in the store; null: for ever. */
  readonly retention: Retention | null;
  /** Settings of each receiver, by its name. */
  readonly receivers: Readonly<Record<string, unknown>>;
}

/** What it tells. */
export type IngestReport =
  | { readonly kind: 'opened' }
  | {
      readonly kind: 'failed';
      readonly message: string;
      readonly hint: string;
      readonly exitCode: number;
    }
  | {
      readonly kind: 'committed';
      readonly lastSeq: number;
      readonly source: Source;
      readonly lagMs: number;
    }
  /** The log has grown by what only the archive is told. */
  | { readonly kind: 'logged'; readonly lastSeq: number }
  /** The store could not be used, and what was done about it. */
  | { readonly kind: 'recovered'; readonly text: string }
  | { readonly kind: 'backfill'; readonly progress: BackfillProgress }
  | { readonly kind: 'caught_up' }
  | {
      readonly kind: 'state';
      readonly trouble: string | null;
      /** What each receiver knows of and has not read, by its name. */
      readonly waiting: Readonly<Record<string, number>>;
    }
  | LogMessage
  | { readonly kind: 'count'; readonly name: string; readonly label: string; readonly by: number }
  | ({ readonly kind: 'cursor_saved' } & CursorAnswer)
  | { readonly kind: 'closed' };

/** What it is told after its order. */
export type IngestCommand =
  /** Names of the cursors that exporters use. */
  | { readonly kind: 'exporters'; readonly names: readonly string[] }
  | { readonly kind: 'stop' }
  /** An exporter's position, to be written by the one writer. */
  | ({ readonly kind: 'cursor' } & CursorOrder);
