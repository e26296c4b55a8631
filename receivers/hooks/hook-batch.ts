import type { Batch, HookHeard, MonitorRecord, Reject } from '../../src/records/record.ts';
import type { SessionFactRecord } from '../../src/records/session.ts';
import { decodeHook } from './decode.ts';
import { HOOK_EVENTS } from './events.ts';
import { scopeOf, type SpoolEntry } from './spool.ts';

/** How far the spool has been drained; the text of the receiver's position. */
export interface DrainState {
  /** Payloads and bytes since the beginning. */
  readonly payloads: number;
  readonly bytes: number;
  /** Ids of files that are committed and may not be taken away yet. */
  readonly done: readonly string[];
}

/** Names of events that no version is known to have are kept up to so many. */
const MAX_UNKNOWN = 200;

/** Payloads gathered for one commit. */
export class HookBatch {
  readonly #records: MonitorRecord[] = [];
  readonly #facts = new Map<string, SessionFactRecord>();
  readonly #rejects: Reject[] = [];
  readonly #entries = new Map<string, number>();
  readonly #heard = new Map<string, HookHeard>();
  readonly #unknown: Set<string>;
  readonly taken: SpoolEntry[] = [];
  readonly rejected: SpoolEntry[] = [];
  readonly transcriptPaths = new Set<string>();
  #bytes = 0;

  /** `unknown` remembers the names of unknown events from batch to batch. */
  constructor(unknown: Set<string>) {
    this.#unknown = unknown;
  }

  get size(): number {
    return this.taken.length + this.rejected.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Adds a payload; null bytes stand for one that is too long. */
  add(entry: SpoolEntry, bytes: Buffer | null): void {
    this.#bytes += entry.sizeBytes;
    const scope = scopeOf(entry.name);
    const decoded = bytes === null ? 'too_long' : decodeHook({ bytes, atMs: entry.atMs, scope });
    if (typeof decoded === 'string') return this.reject(entry, decoded);
    this.taken.push(entry);
    this.#hear(decoded.event, scope, entry.atMs);
    for (const place of decoded.transcriptPaths) this.transcriptPaths.add(place);
    for (const record of decoded.records) {
      if (record.kind === 'session_fact')
        this.#facts.set(`${record.name}\n${record.sessionId}`, record);
      else this.#records.push(record);
    }
  }

  reject(entry: SpoolEntry, reason: Reject['reason']): void {
    this.rejected.push(entry);
    const lengthBytes = entry.sizeBytes;
    this.#rejects.push({ reason, name: entry.id, line: 0, offsetBytes: 0, lengthBytes });
  }

  /** What is to be committed of the spool at `path`, after what `state` tells of. */
  commit(path: string, state: DrainState): Batch {
    const files = [...this.taken, ...this.rejected];
    const newestAtMs = files.reduce((newest, { atMs }) => Math.max(newest, atMs), 0);
    const payloads = state.payloads + files.length;
    const bytes = state.bytes + this.#bytes;
    const position: DrainState = {
      payloads,
      bytes,
      done: [...state.done, ...files.map(({ id }) => id)],
    };
    return {
      source: 'hook',
      origin: { path, firstAtMs: null, writtenAtMs: newestAtMs },
      records: [...this.#records, ...this.#facts.values()],
      rejects: this.#rejects,
      entries: this.#entries,
      newestAtMs,
      heard: [...this.#heard.values()],
      checkpoint: { position: JSON.stringify(position), sessionId: null, lines: payloads, bytes },
    };
  }

  #hear(event: string, scope: string, atMs: number): void {
    const name = this.#nameOf(event);
    this.#entries.set(`hook/${name}`, (this.#entries.get(`hook/${name}`) ?? 0) + 1);
    const key = `${name}\n${scope}`;
    const known = this.#heard.get(key);
    const count = (known?.count ?? 0) + 1;
    const lastAtMs = Math.max(known?.lastAtMs ?? 0, atMs);
    this.#heard.set(key, { event: name, scope, count, lastAtMs });
  }

  #nameOf(event: string): string {
    if (Object.hasOwn(HOOK_EVENTS, event) || this.#unknown.has(event)) return event;
    if (this.#unknown.size >= MAX_UNKNOWN) return 'other';
    this.#unknown.add(event);
    return event;
  }
}

/** What a committed position says; the beginning where there is none. */
export const parseDrainState = (position: string | undefined): DrainState => {
  if (position === undefined || position === '') return { payloads: 0, bytes: 0, done: [] };
  return JSON.parse(position) as DrainState;
};
