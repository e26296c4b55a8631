import type { OriginState } from '../../src/records/record.ts';
import { findTranscripts, transcriptRoots } from './discover.ts';
import { Positions } from './plan-readings.ts';

/** Whether any transcript has more than was read of it. */
export const hasNews = (
  claudeDirs: readonly string[],
  origins: readonly OriginState[],
): boolean => {
  const { files } = findTranscripts(transcriptRoots(claudeDirs));
  return new Positions(origins).plan(files).length > 0;
};
