import type { ZodType } from 'zod';
import type { Batch, OriginState, Source } from './records/record.ts';
import type { Cursors, StoreReader } from './store/store.ts';
import type { Log } from './runtime/log.ts';

/** One HTTP route of a component; paths are Hono patterns such as `/api/sessions/:id`. */
export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly handle: (
    request: Request,
    params: Readonly<Record<string, string>>,
  ) => Promise<Response> | Response;
}

/** Something that answers requests, runs a loop, or both. */
export interface Component {
  readonly name: string;
  readonly routes?: readonly Route[];
  /** Runs until the signal aborts; rejects only on a bug. */
  readonly run?: (signal: AbortSignal) => Promise<void>;
  /** Why it does not work as it should, for readiness; undefined while all is well. */
  readonly trouble?: () => string | undefined;
}

/** Hands batches to the pipeline; resolves once they are on disk. */
export type Sink = (batches: readonly Batch[]) => Promise<void>;

/** What every component is given. */
export interface Shared {
  readonly log: Log;
  readonly now: () => number;
  /** Adds to one of our own counters; labels come from closed lists. */
  readonly count: (name: string, label: string, by?: number) => void;
}

/** What a receiver is given. */
export interface ReceiverDeps extends Shared {
  readonly sink: Sink;
  /** What was committed of each origin of a source. */
  readonly origins: (source: Source) => readonly OriginState[];
}

/** What an exporter is given. */
export interface ExporterDeps extends Shared {
  readonly reader: StoreReader;
  readonly cursors: Cursors;
}

/** A component's name, its configuration and how it is made. */
export interface Installable<C, D> {
  readonly name: string;
  readonly config: ZodType<C>;
  readonly create: (config: C, deps: D) => Component;
}
