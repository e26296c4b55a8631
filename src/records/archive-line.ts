/** Name of the archive's exporter, of its cursor and of its folder in the data folder. */
export const ARCHIVE = 'archive';

/**
 * The streams of an archive, in the order in which a batch is written to them; each has a file a day. Sessions come last:
 * how far files were read must not be known before everything that was read in them is there.
 */
export const ARCHIVE_STREAMS = [
  'requests',
  'tool_calls',
  'occurrences',
  'plan_events',
  'plans',
  'sessions',
] as const;

/** One of the streams. */
export type ArchiveStream = (typeof ARCHIVE_STREAMS)[number];

/**
 * One line of the archive. Of several lines with one id the one with the highest revision counts, wherever they stand:
 * a line whose time turned out to be another one moves to another day with its next revision.
 */
export interface ArchiveLine {
  /** Line of the store's log. */
  readonly seq: number;
  readonly stream: ArchiveStream;
  /** Unix milliseconds of what the line tells; its UTC day decides the file. */
  readonly atMs: number;
  readonly id: string;
  readonly revision: number;
  /** A JSON object on one line, without the newline; has at least `id`, `revision` and `seq`. */
  readonly text: string;
}

/** A page of the log as archive lines. */
export interface ArchivePage {
  /** In commit order; what a later line of the log supersedes is left out. */
  readonly lines: readonly ArchiveLine[];
  /** Seq of the last line looked at, archived or not; that of the question where there is none after it. */
  readonly toSeq: number;
}
