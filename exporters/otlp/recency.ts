import type { Cursors, Stored } from '../../src/store/store.ts';

/** What happened shortly before an exporter was first there is no history yet. */
const BEFORE_MS = 3_600_000;

/** Tells which lines are new enough: backends refuse what is old, and nobody expects a month of it on the first day. */
export function createRecency(
  cursors: Cursors,
  exporter: string,
  hasHistory: boolean,
): (line: Stored) => boolean {
  let sinceMs: number | undefined;
  return (line) => {
    if (hasHistory) return true;
    sinceMs ??= cursors.load(exporter)?.sinceMs;
    const { timestamp } = line.kind === 'metric' ? line.entry : line.event;
    return sinceMs === undefined || Date.parse(timestamp) >= sinceMs - BEFORE_MS;
  };
}
