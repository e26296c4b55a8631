import type { BackfillProgress } from '../component.ts';

const WIDTH = 24;
const REDRAW_MS = 100;
const PLAIN_MS = 5_000;
const MEBIBYTE = 1024 * 1024;

/** Shows how far a backfill is. */
export interface ProgressBar {
  readonly show: (progress: BackfillProgress) => void;
  /** Takes the bar away. */
  readonly clear: () => void;
}

/** Where a bar is shown. */
export interface ProgressPlace {
  readonly note: (text: string) => void;
  /** Whether a person looks; else a line every few seconds is all there is. */
  readonly isTerminal: boolean;
  readonly now: () => number;
  /** What is under way, for lines that nobody waits for. */
  readonly what?: string;
}

/** A bar with rate and time left on a terminal; elsewhere a plain line now and then. */
export const createProgressBar = ({
  note,
  isTerminal,
  now,
  what = 'Reading transcripts',
}: ProgressPlace): ProgressBar => {
  const startedMs = now();
  let shownMs = startedMs;
  let isShown = false;
  return {
    show: (progress) => {
      const nowMs = now();
      if (nowMs - shownMs < (isTerminal ? REDRAW_MS : PLAIN_MS)) return;
      shownMs = nowMs;
      const text = progressText(progress, nowMs - startedMs);
      note(isTerminal ? `\r\u001b[K${bar(progress)} ${text}` : `${what}: ${text}\n`);
      isShown = isTerminal;
    },
    clear: () => {
      if (isShown) note('\r\u001b[K');
      isShown = false;
    },
  };
};

const share = ({ bytesRead, bytes }: BackfillProgress): number =>
  bytes === 0 ? 1 : Math.min(1, bytesRead / bytes);

const bar = (progress: BackfillProgress): string => {
  const full = Math.round(share(progress) * WIDTH);
  return `[${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}]`;
};

/** `45 %, 461 of 1,024 MiB, 1,655 of 3,681 files, 310 MiB/s, 2 s left`. */
export const progressText = (progress: BackfillProgress, elapsedMs: number): string => {
  const { bytesRead, bytes, filesRead, files } = progress;
  const rate = elapsedMs > 0 ? (bytesRead / elapsedMs) * 1000 : 0;
  const left = rate > 0 ? Math.ceil(Math.max(0, bytes - bytesRead) / rate) : null;
  const parts = [
    `${Math.floor(share(progress) * 100)} %`,
    `${mebibytes(bytesRead)} of ${mebibytes(bytes)} MiB`,
    `${filesRead.toLocaleString('en-US')} of ${files.toLocaleString('en-US')} files`,
    `${mebibytes(rate)} MiB/s`,
    ...(left === null ? [] : [`${timeText(left)} left`]),
  ];
  return parts.join(', ');
};

const mebibytes = (bytes: number): string =>
  (bytes / MEBIBYTE).toLocaleString('en-US', {
    maximumFractionDigits: bytes < 10 * MEBIBYTE ? 1 : 0,
  });

const timeText = (seconds: number): string =>
  seconds < 120 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
