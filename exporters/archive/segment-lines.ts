import { type LineHead, headOf, linesOf } from './archived-lines.ts';
import { plainPieces } from './compression.ts';
import { createDigest } from './digest.ts';
import type { StreamFolder } from './stream-folder.ts';

/** A file of lines and what they should be. */
export interface StoredLines {
  readonly file: string;
  /** Bytes of the file that count. */
  readonly sizeBytes: number;
  /** The sha256 of the plain lines. */
  readonly sha256: string;
}

/** What the lines of a file say about themselves; null where the file is not what it should be. */
export const soundHeads = async (
  folder: StreamFolder,
  { file, sizeBytes, sha256 }: StoredLines,
): Promise<readonly LineHead[] | null> => {
  if ((await folder.files.mark(folder.path(file))) === null) return null;
  const digest = createDigest();
  const heads: LineHead[] = [];
  const pieces = async function* (): AsyncGenerator<Buffer> {
    for await (const piece of plainPieces(file, folder.files.read(folder.path(file), sizeBytes))) {
      digest.add(piece);
      yield piece;
    }
  };
  try {
    for await (const line of linesOf(pieces())) {
      const head = headOf(line);
      if (head !== null) heads.push(head);
    }
  } catch (error) {
    if (isUnreadable(error)) return null;
    throw error;
  }
  return digest.content().sha256 === sha256 ? heads : null;
};

/** Whether a file's compressed bytes are no compressed bytes. */
export const isUnreadable = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  typeof error.code === 'string' &&
  /^(?:Z_|ZSTD_)/.test(error.code);
