import { hash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import type { Batch, MonitorRecord, ResetReason } from '../../src/records/record.ts';
import { ChunkReader } from './chunk-reader.ts';
import type { FoundFile } from './discover.ts';
import { FileDecoder } from './file-decoder.ts';
import { packPosition, type Position } from './position.ts';
import { decodeSubagentMeta } from './subagent-meta.ts';
import { transcriptPlace } from '../../src/records/transcript-path.ts';

const HEAD_BYTES = 1024;
const ANCHOR_BYTES = 4096;
const MAX_META_BYTES = 64 * 1024;
/** A batch is handed on when it holds so many records. */
const RECORDS_PER_BATCH = 4000;

/** One file to read, and how far it was read before, maybe under another path. */
export interface Reading {
  readonly file: FoundFile;
  readonly position: Position | null;
  readonly movedFrom: string | null;
}

const chunks = new ChunkReader();
const probe = Buffer.allocUnsafeSlow(ANCHOR_BYTES);

/**
 * Reads what a transcript has more than at its last position and hands it on in batches, each with the position after it;
 * returns how many bytes it read. A file that was cut, rewritten or replaced is read from its beginning: what is known
 * already counts no second time. Throws the system's error where the file cannot be read; a file that is gone gives 0.
 */
export const readTranscript = (reading: Reading, emit: (batch: Batch) => void): number => {
  const fd = openFile(reading.file.path);
  if (fd === null) return 0;
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) return 0;
    return new TranscriptReading(reading, fd, emit).run(stat);
  } finally {
    closeSync(fd);
  }
};

const openFile = (file: string): number | null => {
  try {
    return openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (
      error instanceof Error &&
      'code' in error &&
      (error.code === 'ENOENT' || error.code === 'ELOOP')
    )
      return null;
    throw error;
  }
};

interface Stat {
  readonly size: number;
  readonly mtimeMs: number;
  readonly dev: number;
  readonly ino: number;
}

class TranscriptReading {
  readonly #reading: Reading;
  readonly #fd: number;
  readonly #emit: (batch: Batch) => void;
  #reset: ResetReason | undefined;
  #movedFrom: string | null;
  #head: { readonly bytes: number; readonly digest: string } | null = null;
  #isFirst = true;

  constructor(reading: Reading, fd: number, emit: (batch: Batch) => void) {
    this.#reading = reading;
    this.#fd = fd;
    this.#emit = emit;
    this.#movedFrom = reading.movedFrom;
  }

  run(stat: Stat): number {
    const { file } = this.#reading;
    const position = this.#resumable(stat.size);
    const from = position?.offsetBytes ?? 0;
    const decoder = new FileDecoder(
      file.path,
      Math.floor(stat.mtimeMs),
      position,
      position?.lines ?? 0,
    );
    let read = from;
    chunks.read(
      this.#fd,
      from,
      ({ bytes, start, stop, base }) => {
        decoder.decode(bytes, start, stop, base);
        read = base + stop;
        if (decoder.pending >= RECORDS_PER_BATCH) this.#handOn(decoder, stat, read);
      },
      ({ offsetBytes, lengthBytes }) => {
        decoder.rejectLong(offsetBytes, lengthBytes);
        read = offsetBytes + lengthBytes;
      },
    );
    this.#handOn(decoder, stat, read);
    return read - from;
  }

  /** The position to go on from; null, with the reason noted, where the file is not the one that was read. */
  #resumable(sizeBytes: number): Position | null {
    const { position } = this.#reading;
    if (position === null) return null;
    if (sizeBytes < position.offsetBytes) this.#reset = 'truncated';
    else if (this.#digest(0, position.headBytes) !== position.headDigest) this.#reset = 'rewritten';
    else if (this.#anchor(position.offsetBytes) !== position.anchorDigest)
      this.#reset = 'rewritten';
    else {
      this.#head =
        position.headBytes < HEAD_BYTES
          ? null
          : { bytes: position.headBytes, digest: position.headDigest };
      return position;
    }
    if (this.#movedFrom === null) return null;
    // Another file got the inode of one that is gone: it is new, and nothing was moved.
    this.#movedFrom = null;
    this.#reset = undefined;
    return null;
  }

  #handOn(decoder: FileDecoder, stat: Stat, offsetBytes: number): void {
    const { file } = this.#reading;
    const movedFrom = this.#movedFrom;
    const { records, rejects, entries, newestAtMs } = decoder.take();
    const { memory, lines } = decoder;
    this.#head ??= this.#readHead(offsetBytes);
    const position: Position = {
      ...memory,
      device: stat.dev,
      inode: stat.ino,
      sizeBytes: stat.size,
      modifiedMs: stat.mtimeMs,
      offsetBytes,
      lines,
      headBytes: this.#head.bytes,
      headDigest: this.#head.digest,
      anchorDigest: this.#anchor(offsetBytes),
    };
    this.#emit({
      source: 'transcript',
      origin: {
        path: file.path,
        firstAtMs: memory.firstAtMs,
        writtenAtMs: stat.mtimeMs,
        ...(movedFrom !== null && { movedFrom }),
      },
      records: this.#isFirst ? [...records, ...this.#subagent(memory.sessionId)] : records,
      rejects,
      entries,
      newestAtMs,
      checkpoint: {
        position: packPosition(position),
        sessionId: memory.sessionId,
        lines,
        bytes: offsetBytes,
      },
      ...(this.#reset !== undefined && this.#isFirst && { reset: this.#reset }),
    });
    this.#isFirst = false;
  }

  /** The agent whose file this is, with what the file beside it says of it. */
  #subagent(sessionId: string | null): readonly MonitorRecord[] {
    const { file } = this.#reading;
    const { agentId } = transcriptPlace(file.path);
    if (agentId === null || sessionId === null) return [];
    const meta = file.hasMeta
      ? readMeta(`${file.path.slice(0, -'.jsonl'.length)}.meta.json`)
      : null;
    return [decodeSubagentMeta(agentId, sessionId, meta)];
  }

  #readHead(offsetBytes: number): { readonly bytes: number; readonly digest: string } {
    const bytes = Math.min(HEAD_BYTES, offsetBytes);
    return { bytes, digest: this.#digest(0, bytes) };
  }

  #anchor(offsetBytes: number): string {
    const length = Math.min(ANCHOR_BYTES, offsetBytes);
    return this.#digest(offsetBytes - length, length);
  }

  #digest(at: number, length: number): string {
    if (length === 0) return '';
    const got = readSync(this.#fd, probe, 0, length, at);
    return hash('sha1', probe.subarray(0, got), 'base64').slice(0, 16);
  }
}

const readMeta = (file: string): unknown => {
  const fd = openFile(file);
  if (fd === null) return null;
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile() || stat.size > MAX_META_BYTES) return null;
    return JSON.parse(readFileSync(fd, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  } finally {
    closeSync(fd);
  }
};
