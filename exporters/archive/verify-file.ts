import { join } from 'node:path';
import { headOf, linesOf } from './archived-lines.ts';
import type { ArchiveFiles } from './archive-files.ts';
import { plainPieces } from './compression.ts';
import { createDigest, digestFile } from './digest.ts';
import { isUnreadable } from './segment-lines.ts';

/** What is wrong with a file, and where. */
export interface FileFault {
  readonly place: string;
  readonly reason: string;
}

/** What a file of lines should be. */
export interface Expected {
  readonly file: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** What its plain lines should be. */
  readonly plain: { readonly lines: number; readonly sha256: string };
  /** Whether more may stand behind `sizeBytes`. */
  readonly isOpen: boolean;
}

type ReadFiles = Pick<ArchiveFiles, 'read' | 'mark'>;

/** What is wrong with a file; null where it is what it should be. */
export const verifyFile = async (
  files: ReadFiles,
  folder: string,
  expected: Expected,
): Promise<FileFault | null> => {
  const { file, sizeBytes, sha256, plain, isOpen } = expected;
  const path = join(folder, file);
  const mark = await files.mark(path);
  if (mark === null) return { place: 'the file', reason: 'is missing' };
  const digest = await digestFile(files, path, isOpen ? sizeBytes : undefined);
  const found = digest.content();
  if (found.sizeBytes < sizeBytes) {
    const reason = `has ${found.sizeBytes} bytes instead of ${sizeBytes}`;
    return { place: `behind byte ${found.sizeBytes}`, reason };
  }
  if (found.sha256 !== sha256) return await placeOf(files, folder, expected);
  if (sha256 === plain.sha256 && found.lines === plain.lines) return null;
  return await verifyPlain(files, folder, expected);
};

/** Whether a compressed file still gives the lines that were put into it. */
const verifyPlain = async (
  files: ReadFiles,
  folder: string,
  { file, plain }: Expected,
): Promise<FileFault | null> => {
  const digest = createDigest();
  try {
    for await (const piece of plainPieces(file, files.read(join(folder, file)))) digest.add(piece);
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return { place: 'the file', reason: 'cannot be decompressed' };
  }
  const { lines, sha256 } = digest.content();
  if (sha256 === plain.sha256 && lines === plain.lines) return null;
  return { place: 'the file', reason: 'does not hold the lines that its record tells of' };
};

/** Where a changed file differs, as far as its lines tell. */
const placeOf = async (
  files: ReadFiles,
  folder: string,
  { file, sizeBytes, plain, isOpen }: Expected,
): Promise<FileFault> => {
  const reason = 'is not what was written: its sha256 is another one';
  const isCompressed = !file.endsWith('.jsonl');
  if (isCompressed) return { place: `bytes 0 to ${sizeBytes}`, reason };
  let number = 0;
  for await (const line of linesOf(
    files.read(join(folder, file), isOpen ? sizeBytes : undefined),
  )) {
    number += 1;
    if (headOf(line) === null) return { place: `line ${number}`, reason };
  }
  if (number > plain.lines) return { place: `line ${plain.lines + 1}`, reason };
  return { place: `lines 1 to ${plain.lines}`, reason };
};
