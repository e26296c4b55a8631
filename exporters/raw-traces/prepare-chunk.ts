import { createHash } from 'node:crypto';
import { redact, redactLines } from '../../src/records/redaction.ts';
import type { TranscriptPlace } from '../../src/records/transcript-path.ts';
import { lineColumns } from './line-columns.ts';
import { markedValues, withMarks } from './line-marks.ts';
import type { NewLine } from './line-rows.ts';
import type { Lines, LongLine } from './read-chunk.ts';

/** Lines that are ready to be kept. */
export interface Prepared {
  /** Bytes of the file that they were read from. */
  readonly readBytes: number;
  readonly lines: readonly NewLine[];
  /** Their text without secrets, marks in place of what the rows hold, each line with its newline. */
  readonly text: Buffer;
  /** Secrets that were taken out, by type. */
  readonly redacted: ReadonlyMap<string, number>;
  /** Lines of which only the beginning is kept. */
  readonly tooLong: number;
}

/** What is known of the file that lines come from. */
export interface ChunkPlace extends TranscriptPlace {
  /** Byte of the file that the first line begins at. */
  readonly from: number;
  /** Whether an earlier generation of the file holds a line. */
  readonly isKept: (line: string) => boolean;
}

/** Type of the line that stands for one that is too long. */
export const TOO_LONG = 'hall-monitor-long-line';
const BEGINNING_CHARS = 4096;
const BLANK = /^[ \t\v\f\r]*$/;

/** Takes the secrets out of whole lines, and reads what their rows say. */
export const prepareLines = ({ bytes }: Lines, place: ChunkPlace): Prepared => {
  // A character for each byte: what is no UTF-8 stays as it is.
  const raw = bytes.toString('latin1');
  const { text, found } = redactLines(raw);
  const clean = text === raw ? bytes : Buffer.from(text, 'latin1');
  const lines: NewLine[] = [];
  const marked: string[] = [];
  let rawAt = 0;
  for (let at = 0; at < text.length;) {
    const end = text.indexOf('\n', at);
    const rawEnd = raw.indexOf('\n', rawAt);
    const line = text.slice(at, end);
    const position = place.from + rawAt;
    const range = [at, end] as const;
    at = end + 1;
    rawAt = rawEnd + 1;
    if (BLANK.test(line) || place.isKept(line)) continue;
    const columns = lineColumns(clean.toString('utf8', ...range), place);
    lines.push({ position, columns });
    marked.push(withMarks(line, markedValues(columns)), '\n');
  }
  return {
    readBytes: bytes.length,
    lines,
    text: Buffer.from(marked.join(''), 'latin1'),
    redacted: found,
    tooLong: 0,
  };
};

/** A line in place of one that is too long: how long, its digest, and how it begins. */
export const prepareLongLine = (long: LongLine, place: ChunkPlace): Prepared => {
  const { text, found } = redact(long.beginning.toString('latin1'));
  const line = JSON.stringify({
    type: TOO_LONG,
    offset_bytes: place.from,
    length_bytes: long.lengthBytes,
    sha256: long.sha256,
    beginning: Buffer.from(text.slice(0, BEGINNING_CHARS), 'latin1').toString('utf8'),
  });
  const isRepeated = place.isKept(Buffer.from(line).toString('latin1'));
  const columns = lineColumns(line, place);
  return {
    readBytes: long.lengthBytes,
    lines: isRepeated ? [] : [{ position: place.from, columns }],
    text: isRepeated ? Buffer.alloc(0) : Buffer.from(`${line}\n`),
    redacted: found,
    tooLong: Number(!isRepeated),
  };
};

/** By what a line is known again, whatever file it stands in. */
export const lineDigest = (line: string): string =>
  createHash('sha1').update(line, 'latin1').digest('base64');
