import type { Batch, HookHeard, MonitorRecord, Reject } from '../../src/records/record.ts';
import type { SessionFactRecord } from '../../src/records/session.ts';
import { decodeHook } from './decode.ts';
import { HOOK_EVENTS } from './events.ts';
import type { Ledger, Progress } from './ledger.ts';

/** What is known of a payload besides its bytes. */
export interface PayloadHead {
  /** Tells it from every other payload, also a later one of the same name. */
  readonly id: string;
  readonly scope: string;
  readonly atMs: number;
  readonly sizeBytes: number;
}

/** Names of events that no version is known to have are kept up to so many. */
const MAX_UNKNOWN = 200;

/** Payloads gathered for one commit. */
export class HookBatch {
  readonly transcriptPaths = new Set<string>();
  readonly #records: MonitorRecord[] = [];
  readonly #facts = new Map<string, SessionFactRecord>();
  readonly #rejects: Reject[] = [];
  readonly #entries = new Map<string, number>();
  readonly #heard = new Map<string, HookHeard>();
  readonly #unknown: Set<string>;
  #size = 0;
  #bytes = 0;
  #newestAtMs = 0;

  /** `unknown` remembers the names of unknown events from batch to batch. */
  constructor(unknown: Set<string>) {
    this.#unknown = unknown;
  }

  get size(): number {
    return this.#size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Adds a payload; null bytes stand for one that is too long. False where it cannot be used. */
  add(head: PayloadHead, bytes: Buffer | null): boolean {
    const { scope, atMs } = head;
    const decoded = bytes === null ? 'too_long' : decodeHook({ bytes, atMs, scope });
    if (typeof decoded === 'string') return this.reject(head, decoded);
    this.#count(head);
    this.#hear(decoded.event, scope, atMs);
    for (const place of decoded.transcriptPaths) this.transcriptPaths.add(place);
    for (const record of decoded.records) {
      if (record.kind === 'session_fact')
        this.#facts.set(`${record.name}\n${record.sessionId}`, record);
      else this.#records.push(record);
    }
    return true;
  }

  /** Notes a payload that cannot be used. */
  reject(head: PayloadHead, reason: Reject['reason']): false {
    this.#count(head);
    const { id: name, sizeBytes: lengthBytes } = head;
    this.#rejects.push({ reason, name, line: 0, offsetBytes: 0, lengthBytes });
    return false;
  }

  /** What is to be committed of the spool at `path`. */
  commit(path: string, ledger: Ledger, progress: Progress): Batch {
    const lines = ledger.payloads + progress.payloads;
    const bytes = ledger.bytes + progress.bytes;
    const position = ledger.positionWith(progress);
    return {
      source: 'hook',
      origin: { path, firstAtMs: null, writtenAtMs: this.#newestAtMs },
      records: [...this.#records, ...this.#facts.values()],
      rejects: this.#rejects,
      entries: this.#entries,
      newestAtMs: this.#newestAtMs,
      heard: [...this.#heard.values()],
      checkpoint: { position, sessionId: null, lines, bytes },
    };
  }

  #count({ sizeBytes, atMs }: PayloadHead): void {
    this.#size += 1;
    this.#bytes += sizeBytes;
    this.#newestAtMs = Math.max(this.#newestAtMs, atMs);
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
