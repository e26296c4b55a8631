import type { Memory } from './file-decoder.ts';

/** How far a transcript was read, and by what the same file is known again. */
export interface Position extends Memory {
  readonly device: number;
  readonly inode: number;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  /** Byte after the last newline that was read. */
  readonly offsetBytes: number;
  readonly lines: number;
  /** Digest of the first `headBytes` bytes, and of the last up to 4,096 before `offsetBytes`. */
  readonly headBytes: number;
  readonly headDigest: string;
  readonly anchorDigest: string;
}

type Packed = readonly [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  string,
  string,
  number | null,
  number | null,
  string | null,
  string,
  (string | null)?,
  (string | null)?,
];

/** Position as the text of a checkpoint. */
export const packPosition = (at: Position): string => {
  const packed: Packed = [
    at.device,
    at.inode,
    at.sizeBytes,
    at.modifiedMs,
    at.offsetBytes,
    at.lines,
    at.headBytes,
    at.headDigest,
    at.anchorDigest,
    at.firstAtMs,
    at.lastAtMs,
    at.sessionId,
    at.project,
    at.promptId,
    at.gitBranch,
  ];
  return JSON.stringify(packed);
};

/** Position from the text of a checkpoint; null for the empty text. */
export const unpackPosition = (text: string): Position | null => {
  if (text === '') return null;
  const [
    device,
    inode,
    sizeBytes,
    modifiedMs,
    offsetBytes,
    lines,
    headBytes,
    headDigest,
    anchorDigest,
    ...memory
  ] = JSON.parse(text) as Packed;
  const [firstAtMs, lastAtMs, sessionId, project, promptId = null, gitBranch = null] = memory;
  return {
    device,
    inode,
    sizeBytes,
    modifiedMs,
    offsetBytes,
    lines,
    headBytes,
    headDigest,
    anchorDigest,
    firstAtMs,
    lastAtMs,
    sessionId,
    project,
    promptId,
    gitBranch,
  };
};

/** How the text of a position begins that stands for all there is of a file as it is now. */
export const identityPrefix = (
  file: Pick<Position, 'device' | 'inode' | 'sizeBytes' | 'modifiedMs'>,
): string => `[${file.device},${file.inode},${file.sizeBytes},${file.modifiedMs},`;
