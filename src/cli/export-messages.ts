import type { Refused } from '../store/store.ts';
import type { LogMessage } from './relay-log.ts';

/** What the thread that exports is given. */
export interface ExportOrder {
  readonly home: string;
  readonly resource: Readonly<Record<string, string>>;
  readonly version: string;
  readonly timezone: string;
  /** Settings of each exporter that pushes, by its name. */
  readonly pushers: Readonly<Record<string, unknown>>;
}

/** A position to be saved by the one writer, who answers with the ticket. */
export interface CursorOrder {
  readonly ticket: number;
  readonly exporter: string;
  readonly seq: number;
  readonly refused: readonly Refused[];
}

/** What became of it: the trouble is null where it is on disk. */
export interface CursorAnswer {
  readonly ticket: number;
  readonly trouble: string | null;
}

/** What it tells. */
export type ExportReport =
  | { readonly kind: 'opened' }
  | ({ readonly kind: 'cursor' } & CursorOrder)
  | {
      readonly kind: 'state';
      /** Names of the cursors that are in use. */
      readonly exporters: readonly string[];
      /** Why exporters do not get on, in words. */
      readonly troubles: readonly string[];
    }
  | LogMessage
  | { readonly kind: 'count'; readonly name: string; readonly label: string; readonly by: number };

/** What it is told after its order. */
export type ExportCommand =
  | { readonly kind: 'stop' }
  | { readonly kind: 'committed'; readonly lastSeq: number }
  | ({ readonly kind: 'cursor_saved' } & CursorAnswer);
