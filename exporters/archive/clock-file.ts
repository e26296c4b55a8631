import { join } from 'node:path';
import { type ArchiveFiles, readWhole, replaceFile } from './archive-files.ts';
import type { ClockState } from '../../src/runtime/steady-clock.ts';

const FILE = 'clock.json';

/** What the clock remembered; null where there is nothing, or nothing that could be it. */
export const readClockState = async (
  files: ArchiveFiles,
  root: string,
): Promise<ClockState | null> => {
  const bytes = await readWhole(files, join(root, FILE));
  return bytes === null ? null : decode(bytes.toString('utf8'));
};

const decode = (text: string): ClockState | null => {
  try {
    const { believed_at: believed, doubted_at: doubted } = JSON.parse(text) as Written;
    const believedMs = Date.parse(believed);
    const doubtedMs = doubted === null ? 0 : Date.parse(doubted);
    return Number.isNaN(believedMs) || Number.isNaN(doubtedMs) ? null : { believedMs, doubtedMs };
  } catch {
    return null;
  }
};

interface Written {
  readonly believed_at: string;
  readonly doubted_at: string | null;
}

/** Keeps what the clock remembers. */
export const writeClockState = async (
  files: ArchiveFiles,
  root: string,
  { believedMs, doubtedMs }: ClockState,
): Promise<void> => {
  const written: Written = {
    believed_at: timeText(believedMs),
    doubted_at: doubtedMs === 0 ? null : timeText(doubtedMs),
  };
  await replaceFile(files, join(root, FILE), [Buffer.from(`${JSON.stringify(written)}\n`)]);
};

const timeText = (atMs: number): string => new Date(atMs).toISOString();
