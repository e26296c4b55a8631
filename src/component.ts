import type { ZodType } from 'zod';
import type { Batch, OriginState, Source } from './records/record.ts';
import type { Cursors, StoreReader } from './store/store.ts';
import type { Channel } from './runtime/channel.ts';
import type { Log } from './runtime/log.ts';

/** One HTTP route of a component; paths are Hono patterns such as `/api/sessions/:id`. */
export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Whether the handler reads the body itself, piece by piece, and sees to it that it is not too large. */
  readonly isStreamed?: boolean;
  /** Whether it answers nobody without the token, on loopback neither: it tells what people wrote. */
  readonly needsToken?: boolean;
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
  /** How much it knows of that is not in the store yet, in files, payloads or what else it reads. */
  readonly waiting?: () => number;
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
  /** Folders that sessions have worked in, as hooks and transcripts told of them; paths are a stranger's. */
  readonly projects: () => readonly string[];
  readonly events: ReceiverEvents;
}

/** What an exporter is given. */
export interface ExporterDeps extends Shared {
  readonly reader: StoreReader;
}

/** What receivers tell each other of, and the process of them. */
export interface ReceiverEvents {
  /** Transcripts that somebody says were written to just now; the paths may be a stranger's. */
  readonly transcripts: Channel<readonly string[]>;
  /** Folders that a session has worked in for the first time. */
  readonly projects: Channel<readonly string[]>;
  /** The files that were there at the start have all been read. */
  readonly caughtUp: Channel<void>;
  /** How far reading these files is. */
  readonly backfill: Channel<BackfillProgress>;
}

/** How far the first reading is. */
export interface BackfillProgress {
  readonly files: number;
  readonly filesRead: number;
  readonly bytes: number;
  readonly bytesRead: number;
}

/**
 * A receiver's name, its configuration and how it is made. It runs in a thread without schemas, so its own is loaded
 * only where it is asked for.
 */
export interface InstallableReceiver<C> {
  readonly name: string;
  readonly config: () => Promise<ZodType<C>>;
  readonly create: (config: C, deps: ReceiverDeps) => Receiver;
  /** Its routes, which are served by another thread than the one in which it runs. */
  readonly intake?: (config: C) => Component;
}

/** A component that collects. */
export interface Receiver extends Component {
  readonly run: (signal: AbortSignal) => Promise<void>;
}

/** What an exporter that pushes is given. */
export interface PusherDeps extends ExporterDeps {
  readonly cursors: Cursors;
  /** Data folder; an exporter keeps its own files in a folder of its name. */
  readonly home: string;
  /** Describes this process, as OpenTelemetry resource attributes. */
  readonly resource: Readonly<Record<string, string>>;
  /** Version of this program. */
  readonly version: string;
  /** IANA time zone of days. */
  readonly timezone: string;
}

/** An exporter that pushes: its loop runs beside all others' in a thread of its own, without schemas. */
export interface InstallablePusher<C> {
  readonly name: string;
  /** Whether its settings ask for it; what it needs is loaded only then. */
  readonly isWanted: (config: C) => boolean;
  readonly create: (config: C, deps: PusherDeps) => Promise<Pusher>;
}

/** A component that pushes. */
export interface Pusher extends Component {
  readonly run: (signal: AbortSignal) => Promise<void>;
}

/** A component's name, its configuration and how it is made. */
export interface Installable<C, D> {
  readonly name: string;
  readonly config: ZodType<C>;
  readonly create: (config: C, deps: D) => Component;
}
