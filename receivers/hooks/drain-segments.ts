import { closeSync, fstatSync, openSync, readSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import type { DrainParts } from './drain.ts';
import { HookBatch } from './hook-batch.ts';
import { MAX_BYTES, MAX_PAYLOADS } from './limits.ts';
import { FINAL, frameAt, OPEN } from './segment.ts';
import { SEGMENTS } from './spool.ts';

/** A segment as it is found. */
interface Segment {
  /** Its name without the ending, which changes when it gets no more. */
  readonly id: string;
  readonly place: string;
  readonly isFinal: boolean;
}

/** One piece of a segment, and how far it was understood. */
interface Piece {
  readonly batch: HookBatch;
  readonly stopBytes: number;
  readonly isLast: boolean;
}

/** The longest line that stands before a payload. */
const HEADER_BYTES = 64;

/** Takes in what came over HTTP, from where it was left; a segment that is done and gets no more is taken away. */
export class SegmentDrain {
  readonly #parts: DrainParts;
  readonly #maxPayloadBytes: number;
  readonly #windowBytes: number;

  constructor(parts: DrainParts, maxPayloadBytes: number) {
    this.#parts = parts;
    this.#maxPayloadBytes = maxPayloadBytes;
    this.#windowBytes = Math.max(MAX_BYTES, maxPayloadBytes + HEADER_BYTES * 2);
  }

  /** Drains what is there now; returns how many payloads that were. Throws as the sink does, and may be called again. */
  async drain(signal: AbortSignal): Promise<number> {
    let drained = 0;
    for (const segment of this.#segments()) drained += await this.#drain(segment, signal);
    return drained;
  }

  #segments(): readonly Segment[] {
    return this.#parts.spool
      .names(SEGMENTS)
      .filter((name) => name.endsWith(OPEN) || name.endsWith(FINAL))
      .sort()
      .map((name) => {
        const isFinal = name.endsWith(FINAL);
        const id = name.slice(0, -(isFinal ? FINAL : OPEN).length);
        return { id, isFinal, place: path.join(this.#parts.spool.path, SEGMENTS, name) };
      });
  }

  async #drain(segment: Segment, signal: AbortSignal): Promise<number> {
    const { ledger } = this.#parts;
    let drained = 0;
    for (let isLast = false; !isLast && !signal.aborted;) {
      const piece = this.#read(segment, ledger.offsetOf(segment.id));
      // Closed, and so renamed, a moment ago: the next look finds it under its other name.
      if (piece === undefined) return drained;
      drained += await this.#commit(segment, piece);
      ({ isLast } = piece);
    }
    return drained;
  }

  /** Understands what stands at a place; undefined where the segment is gone. */
  #read(segment: Segment, offsetBytes: number): Piece | undefined {
    const bytes = readWindow(segment.place, offsetBytes, this.#windowBytes);
    if (bytes === undefined) return undefined;
    const batch = new HookBatch(this.#parts.unknown);
    let at = 0;
    let frame = frameAt(bytes, at);
    while (frame !== null && frame !== undefined && batch.size < MAX_PAYLOADS) {
      const { payload, scope, atMs, nextBytes } = frame;
      const head = {
        id: `${segment.id}:${offsetBytes + at}`,
        scope,
        atMs,
        sizeBytes: payload.length,
      };
      batch.add(head, payload.length > this.#maxPayloadBytes ? null : payload);
      at = nextBytes;
      frame = frameAt(bytes, at);
    }
    const isEnd = bytes.length < this.#windowBytes;
    const isCut =
      at < bytes.length && (frame === undefined || (frame === null && isEnd && segment.isFinal));
    if (isCut) {
      const sizeBytes = bytes.length - at;
      batch.reject(
        {
          id: `${segment.id}:${offsetBytes + at}`,
          scope: 'http',
          atMs: this.#parts.now(),
          sizeBytes,
        },
        'incomplete',
      );
      at = bytes.length;
    }
    const isLast = isEnd && (at === bytes.length || frame === null);
    return { batch, stopBytes: offsetBytes + at, isLast };
  }

  async #commit(
    { id, place, isFinal }: Segment,
    { batch, stopBytes, isLast }: Piece,
  ): Promise<number> {
    const { spool, sink, ledger, onTranscripts } = this.#parts;
    if (batch.size > 0) {
      const segment = [id, stopBytes] as const;
      const progress = { payloads: batch.size, bytes: batch.bytes, segment };
      await sink([batch.commit(spool.path, ledger, progress)]);
      ledger.advance(progress);
      onTranscripts([...batch.transcriptPaths]);
    }
    if (isFinal && isLast) {
      unlinkSync(place);
      ledger.forget(id);
    }
    return batch.size;
  }
}

/** Up to so many bytes of a file from a place on; undefined where there is no such file. */
const readWindow = (place: string, offsetBytes: number, maxBytes: number): Buffer | undefined => {
  let file: number;
  try {
    file = openSync(place, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const rest = Math.max(0, fstatSync(file).size - offsetBytes);
    const bytes = Buffer.allocUnsafe(Math.min(rest, maxBytes));
    const length = readSync(file, bytes, 0, bytes.length, offsetBytes);
    return bytes.subarray(0, length);
  } finally {
    closeSync(file);
  }
};
