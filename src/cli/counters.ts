import type { Gauges } from '../runtime/gauges.ts';

/** What is counted while the process runs, beside what the store counts for ever. */
export interface Counters {
  readonly add: (name: string, label: string, by?: number) => void;
}

/** Counters by the names that components use: the metric each is shown as, and what the words of its label mean. */
const SHOWN: Readonly<Record<string, readonly [metric: string, ...labels: readonly string[]]>> = {
  sse_dropped: ['hall_monitor_sse_dropped_total', 'reason'],
  read_errors: ['hall_monitor_read_errors_total', 'source'],
  exported: ['hall_monitor_exported_total', 'exporter'],
  export_retries: ['hall_monitor_export_retries_total', 'exporter'],
  redacted: ['hall_monitor_redacted_total', 'type'],
  export_dropped: ['hall_monitor_export_dropped_total', 'exporter', 'reason'],
  archive_damage: ['hall_monitor_archive_damaged_files_total', 'stream', 'outcome'],
};

/** Labels that are known before anything is counted under them; a series that begins at zero shows its first increase. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  sse_dropped: ['slow'],
  read_errors: ['transcript', 'hook', 'plan'],
};

/** Counters that are shown among the metrics. */
export const createCounters = (gauges: Gauges): Counters => {
  const counts = new Map<string, Map<string, number>>();
  for (const [name, [metric, ...labels]] of Object.entries(SHOWN)) {
    const values = new Map((KNOWN[name] ?? []).map((label) => [label, 0]));
    counts.set(name, values);
    gauges.offer(metric, () =>
      [...values].map(([text, value]) => {
        const words = text.split(' ');
        return {
          labels: Object.fromEntries(labels.map((label, index) => [label, words[index] ?? ''])),
          value,
        };
      }),
    );
  }
  return {
    add: (name, label, by = 1) => {
      const values = counts.get(name);
      values?.set(label, (values.get(label) ?? 0) + by);
    },
  };
};
