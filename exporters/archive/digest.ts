import { createHash, type Hash } from 'node:crypto';
import type { ArchiveFiles } from './archive-files.ts';

/** What is true of the bytes of a file. */
export interface Content {
  readonly sizeBytes: number;
  readonly lines: number;
  /** Hexadecimal, as `sha256sum` prints it. */
  readonly sha256: string;
}

/** Takes in bytes and tells what is true of all of them so far. */
export interface Digest {
  readonly add: (data: Uint8Array) => void;
  readonly content: () => Content;
  /** A digest of the same bytes that goes on by itself. */
  readonly fork: () => Digest;
}

const NEWLINE = 0x0a;

const linesIn = (data: Uint8Array): number => {
  let lines = 0;
  for (let at = data.indexOf(NEWLINE); at !== -1; at = data.indexOf(NEWLINE, at + 1)) lines += 1;
  return lines;
};

const digestFrom = (hash: Hash, counted: { sizeBytes: number; lines: number }): Digest => ({
  add: (data) => {
    hash.update(data);
    counted.sizeBytes += data.byteLength;
    counted.lines += linesIn(data);
  },
  content: () => ({ ...counted, sha256: hash.copy().digest('hex') }),
  fork: () => digestFrom(hash.copy(), { ...counted }),
});

/** A digest of nothing yet. */
export const createDigest = (): Digest =>
  digestFrom(createHash('sha256'), { sizeBytes: 0, lines: 0 });

/** Reads a file, or its first bytes. */
export const digestFile = async (
  files: Pick<ArchiveFiles, 'read'>,
  path: string,
  sizeBytes?: number,
): Promise<Digest> => {
  const digest = createDigest();
  for await (const piece of files.read(path, sizeBytes)) digest.add(piece);
  return digest;
};

/** The sha256 of a text. */
export const sha256Of = (text: string): string => createHash('sha256').update(text).digest('hex');
