import { createHash } from 'node:crypto';
import { archiveFiles } from '../../../exporters/archive/archive-files.ts';
import { plainPieces } from '../../../exporters/archive/compression.ts';
import { isUnreadable } from '../../../exporters/archive/segment-lines.ts';
import { isSystemError } from '../../errors.ts';
import { MAX_LINE_CHARACTERS } from '../../pipeline/restore/restore.ts';
import type { ArchiveSegment } from './archive-source.ts';

/** How a file of an archive was found. */
export type SegmentState =
  | 'sound'
  /** Its lines are not those that were written, or end in the middle. */
  | 'damaged'
  /** A last line without its end, which a crash leaves. */
  | 'unfinished';

const NEWLINE = 0x0a;

/**
 * Hands the lines of a file to `take`, many at a time, as far as they can be read; what cannot be read does not keep the
 * rest from being read. Lines that are too long to be any are passed on cut off, so that they are counted as bad ones.
 */
export const readSegment = async (
  { path, sha256, sealedBytes }: ArchiveSegment,
  take: (lines: readonly string[]) => void,
): Promise<SegmentState> => {
  const hash = createHash('sha256');
  let hashedBytes = 0;
  let rest: Buffer[] = [];
  let restBytes = 0;
  let isTooLong = false;
  try {
    for await (const piece of plainPieces(path, archiveFiles.read(path))) {
      const sealed = piece.subarray(0, (sealedBytes ?? 0) - hashedBytes);
      if (sealedBytes !== null && hashedBytes < sealedBytes) {
        hash.update(sealed);
        hashedBytes += sealed.length;
      }
      const end = piece.lastIndexOf(NEWLINE);
      if (end < 0) {
        if (isTooLong) continue;
        rest.push(piece);
        restBytes += piece.length;
        if (restBytes <= MAX_LINE_CHARACTERS) continue;
        isTooLong = true;
        rest = [Buffer.from('a line that is too long')];
        continue;
      }
      const begin = isTooLong ? piece.indexOf(NEWLINE) : 0;
      const whole = Buffer.concat([...rest, piece.subarray(begin, end)]);
      take(whole.toString('utf8').split('\n'));
      rest = end + 1 < piece.length ? [Buffer.from(piece.subarray(end + 1))] : [];
      restBytes = piece.length - end - 1;
      isTooLong = false;
    }
  } catch (error) {
    if (!isUnreadable(error) && !isSystemError(error) && !isCutOff(error)) throw error;
    return 'damaged';
  }
  const isSealed = sealedBytes !== null && hashedBytes === sealedBytes;
  if (sha256 !== null && !(isSealed && hash.digest('hex') === sha256)) return 'damaged';
  return rest.length > 0 ? 'unfinished' : 'sound';
};

/** Compressed bytes that end too early. */
const isCutOff = (error: unknown): boolean =>
  error instanceof Error && /unexpected end|truncated|premature/i.test(error.message);
