import { join } from 'node:path';
import { type ArchiveFiles, type FileMark, readWhole, replaceFile } from './archive-files.ts';
import { type Content, sha256Of } from './digest.ts';
import { parseSegmentFile, segmentFile, type SegmentName } from './segment-name.ts';
import type { Origin, SeqRange } from './segment-record.ts';

/** Name of the file that says how far a stream's open segments are written. */
export const OPEN_FILE = 'open.json';

/** A segment that lines are added to; `content` is what is known to be on disk. */
export interface OpenSegment extends SegmentName {
  readonly content: Content & SeqRange;
  readonly openedAtMs: number;
}

/** How far a stream is written: all of its lines up to `seq` are on disk, and none behind it. */
export interface OpenState extends Origin {
  readonly seq: number;
  /** Id of the line at `seq`; empty where there is none yet. */
  readonly lastId: string;
  /** Cursor from which the last batch went on. */
  readonly fromSeq: number;
  /** End of the manifest when this was written: the hash of its last line, and how many there were. */
  readonly tip: string;
  readonly records: number;
  readonly open: readonly OpenSegment[];
}

/** Writes the state as two lines: what it says, and the sha256 of that. */
const encodeOpenState = ({ open, lastId, fromSeq, ...state }: OpenState): string => {
  const body = JSON.stringify({
    ...state,
    last_id: lastId,
    from_seq: fromSeq,
    open: open.map(({ content, openedAtMs, ...name }) => ({
      file: segmentFile(name),
      ...name,
      lines: content.lines,
      bytes: content.sizeBytes,
      sha256: content.sha256,
      first_seq: content.firstSeq,
      last_seq: content.lastSeq,
      opened_at: new Date(openedAtMs).toISOString(),
    })),
  });
  return `${body}\n${JSON.stringify({ sha256: sha256Of(body) })}\n`;
};

interface Written extends Origin {
  readonly seq: number;
  readonly last_id: string;
  readonly from_seq: number;
  readonly tip: string;
  readonly records: number;
  readonly open: readonly (SegmentName & {
    readonly lines: number;
    readonly bytes: number;
    readonly sha256: string;
    readonly first_seq: number;
    readonly last_seq: number;
    readonly opened_at: string;
  })[];
}

/** Reads the state; null where the text is not what was written. */
const decodeOpenState = (text: string): OpenState | null => {
  const [body = '', seal, rest] = text.split('\n');
  if (seal !== JSON.stringify({ sha256: sha256Of(body) }) || rest !== '') return null;
  const { last_id: lastId, from_seq: fromSeq, open, ...state } = JSON.parse(body) as Written;
  // Names become paths.
  if (open.some((segment) => parseSegmentFile(segmentFile(segment)) === null)) return null;
  return {
    ...state,
    lastId,
    fromSeq,
    open: open.map(({ day, number, lines, bytes, sha256, ...segment }) => ({
      day,
      number,
      content: {
        sizeBytes: bytes,
        lines,
        sha256,
        firstSeq: segment.first_seq,
        lastSeq: segment.last_seq,
      },
      openedAtMs: Date.parse(segment.opened_at),
    })),
  };
};

/** The state in a stream's folder: null where there is none, `damaged` where it is not what was written. */
export const readOpenState = async (
  files: Pick<ArchiveFiles, 'read' | 'mark'>,
  folder: string,
): Promise<OpenState | 'damaged' | null> => {
  const bytes = await readWhole(files, join(folder, OPEN_FILE));
  return bytes === null ? null : (decodeOpenState(bytes.toString('utf8')) ?? 'damaged');
};

/** Replaces the state; resolves, with what its file looks like, once it is on disk. */
export const writeOpenState = async (
  files: ArchiveFiles,
  folder: string,
  state: OpenState,
): Promise<FileMark | null> => {
  const path = join(folder, OPEN_FILE);
  await replaceFile(files, path, [Buffer.from(encodeOpenState(state))]);
  await files.syncFolder(folder);
  return await files.mark(path);
};
