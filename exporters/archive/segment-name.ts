const DAY_MS = 86_400_000;
/** Last millisecond that has a four-digit year. */
const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** Which file of a stream: the number tells the files of one day apart, in the order they were begun. */
export interface SegmentName {
  /** UTC day, such as 2026-11-20. */
  readonly day: string;
  readonly number: number;
}

/** The UTC day of a moment; moments without a four-digit year count as the nearest one with one. */
export const dayOf = (atMs: number): string =>
  new Date(Math.min(LAST_MS, Math.max(0, Number.isNaN(atMs) ? 0 : atMs)))
    .toISOString()
    .slice(0, 10);

/** Unix milliseconds at which a day begins. */
export const dayStartMs = (day: string): number => Date.parse(`${day}T00:00:00.000Z`);

/** Unix milliseconds at which a day is over. */
export const dayEndMs = (day: string): number => dayStartMs(day) + DAY_MS;

/** The name of a file of plain lines. */
export const segmentFile = ({ day, number }: SegmentName): string =>
  number === 1 ? `${day}.jsonl` : `${day}.${number}.jsonl`;

const PATTERN = /^(\d{4}-\d{2}-\d{2})(?:\.(\d{1,9}))?\.jsonl(?:\.(?:zst|gz))?$/;

/** What a file's name says, plain or compressed; null for files of other kinds. */
export const parseSegmentFile = (file: string): SegmentName | null => {
  const [, day, number] = PATTERN.exec(file) ?? [];
  if (day === undefined || Number.isNaN(dayStartMs(day))) return null;
  return { day, number: Number(number ?? 1) };
};
