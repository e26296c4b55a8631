import type { MetricEntry } from '../../src/records/metric-entry.ts';
import type { Stored } from '../../src/store/store.ts';

/** The entry of a line of the log that must have one. */
export function entryOf(stored: Stored): MetricEntry {
  if (stored.kind !== 'metric') throw new Error(`Line ${stored.seq} tells of a plan.`);
  return stored.entry;
}
