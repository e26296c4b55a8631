import type { Database, Statement } from 'better-sqlite3';
import type { Shared } from '../../src/component.ts';
import { packQuickly, packTightly } from './block-data.ts';
import { BlockTable, type NewBlock, Superseded } from './block-table.ts';
import { EarlierLines } from './earlier-lines.ts';
import { FileIdentity, isStill, type KnownFile, printsOf, printsWithin } from './file-identity.ts';
import { LineRows } from './line-rows.ts';
import { type OpenTranscript, withTranscript } from './open-transcript.ts';
import { type Prepared, prepareLines, prepareLongLine } from './prepare-chunk.ts';
import { type ChunkLimits, readChunk } from './read-chunk.ts';
import { transcriptPlace, type TranscriptPlace } from '../../src/records/transcript-path.ts';

/** What a keeper is given. */
export interface KeeperParts extends Pick<Shared, 'now' | 'count'> {
  readonly db: Database;
  /** The folders below which transcripts may lie, as they are now. */
  readonly roots: () => readonly string[];
  readonly limits?: ChunkLimits;
}

/** A file that was not written to for so long is packed tightly at once. */
const QUIET_MS = 10 * 60_000;
/** So much text at a time is packed tightly at once. */
const MUCH_BYTES = 512 * 1024;

/** Keeps what is new in transcripts: rows, text and position of each piece in one transaction. */
export class Keeper {
  readonly blocks: BlockTable;
  readonly #parts: KeeperParts;
  readonly #identity: FileIdentity;
  readonly #earlier: EarlierLines;
  readonly #rows: LineRows;
  readonly #advance: Statement;
  readonly #kept: Statement<[string], { readonly offsetBytes: number; readonly lines: number }>;

  constructor(parts: KeeperParts) {
    const { db } = parts;
    this.#parts = parts;
    this.blocks = new BlockTable(db);
    this.#identity = new FileIdentity(db);
    this.#earlier = new EarlierLines(db);
    this.#rows = new LineRows(db);
    this.#kept = db.prepare(
      `SELECT f.offset_bytes AS offsetBytes, (SELECT coalesce(sum(lines), 0) FROM block WHERE file = f.id) AS lines
       FROM file f WHERE f.path = ? ORDER BY f.id DESC LIMIT 1`,
    );
    this.#advance = db.prepare(
      `UPDATE file SET offset_bytes = ?, size_bytes = ?, modified_ms = ?, head_bytes = ?, head_digest = ?, anchor_digest = ?
       WHERE id = ? AND offset_bytes = ?`,
    );
  }

  /** Keeps all whole lines of a transcript that were not kept yet; false where it is gone or not ours to read. */
  async keep(file: string, signal: AbortSignal): Promise<boolean> {
    const isThere = await withTranscript(file, this.#parts.roots(), async (transcript) => {
      const place = transcriptPlace(file);
      let known: KnownFile | null = this.#identity.find(file, transcript);
      while (!signal.aborted && known !== null && known.offsetBytes < transcript.sizeBytes) {
        known = await this.#keepNext(transcript, known, place);
        await turn();
      }
      return true;
    });
    return isThere === true;
  }

  /** How many lines of a transcript that is gone were not kept, where some were: the receiver has read more of it. */
  missingLines(file: string, read: { readonly bytes: number; readonly lines: number }): number {
    const kept = this.#kept.get(file);
    if (kept === undefined || kept.offsetBytes >= read.bytes) return 0;
    return Math.max(1, read.lines - kept.lines);
  }

  /** Forgets what it remembers of rows, some of which were deleted. */
  forget(): void {
    this.#rows.forget();
  }

  /** Keeps the next lines; null where there are none that are finished. */
  async #keepNext(
    transcript: OpenTranscript,
    known: KnownFile,
    place: TranscriptPlace,
  ): Promise<KnownFile | null> {
    const { fd } = transcript;
    const chunk = readChunk(fd, known.offsetBytes, this.#parts.limits);
    if (chunk === null) return null;
    const at = { ...place, from: known.offsetBytes, isKept: this.#earlier.of(known) };
    const prepared = chunk.kind === 'lines' ? prepareLines(chunk, at) : prepareLongLine(chunk, at);
    const offsetBytes = known.offsetBytes + prepared.readBytes;
    const prints =
      known.offsetBytes === 0 && chunk.kind === 'lines'
        ? printsWithin(chunk.bytes)
        : printsOf(fd, offsetBytes);
    // Written anew while it was read: what was read may be of the one or the other.
    if (!isStill(known, fd)) throw new Superseded();
    const next = { ...known, offsetBytes, ...prints };
    await this.#write(transcript, { known, next }, prepared);
    if (this.blocks.isFull(known.id)) await this.blocks.settle(known.id);
    return next;
  }

  async #write(
    transcript: OpenTranscript,
    { known, next }: { readonly known: KnownFile; readonly next: KnownFile },
    prepared: Prepared,
  ): Promise<void> {
    const { db, now } = this.#parts;
    const nowMs = now();
    const block = await this.#pack(transcript, known, prepared);
    const { sizeBytes, modifiedMs } = transcript;
    const { offsetBytes, headBytes, headDigest, anchorDigest } = next;
    const prints = [headBytes, headDigest, anchorDigest];
    const values = [offsetBytes, sizeBytes, Math.round(modifiedMs), ...prints];
    try {
      db.transaction(() => {
        const { changes } = this.#advance.run(...values, known.id, known.offsetBytes);
        if (changes !== 1) throw new Superseded();
        if (block === undefined) return;
        this.#rows.write(known.id, prepared.lines, nowMs);
        this.blocks.add(block, prepared.text);
      }).immediate();
    } catch (error) {
      this.#rows.forget();
      throw error;
    }
    this.#tell(prepared);
  }

  async #pack(
    { modifiedMs }: OpenTranscript,
    known: KnownFile,
    { lines, text, readBytes }: Prepared,
  ): Promise<NewBlock | undefined> {
    if (lines.length === 0) return undefined;
    const nowMs = this.#parts.now();
    const isSettled = text.length >= MUCH_BYTES || modifiedMs < nowMs - QUIET_MS;
    const times = lines.map(({ columns }) => Math.min(columns.atMs ?? nowMs, nowMs));
    return {
      file: known.id,
      fromByte: known.offsetBytes,
      toByte: known.offsetBytes + readBytes,
      lines: lines.length,
      textBytes: text.length,
      isSettled: Number(isSettled),
      firstAtMs: Math.round(times.reduce((least, atMs) => Math.min(least, atMs))),
      lastAtMs: Math.round(times.reduce((most, atMs) => Math.max(most, atMs))),
      data: isSettled ? await packTightly(text) : packQuickly(text),
    };
  }

  #tell({ lines, redacted, tooLong }: Prepared): void {
    const { count } = this.#parts;
    if (lines.length > 0) count('exported', 'raw-traces', lines.length);
    if (tooLong > 0) count('export_dropped', 'raw-traces too_long', tooLong);
    for (const [type, secrets] of redacted) count('redacted', type, secrets);
  }
}

/** Lets others of the thread go on. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
