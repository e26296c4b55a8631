import { appendFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Database } from 'better-sqlite3';
import type { MetricPoint } from '../../src/rollups/metric-series.ts';
import type { MetricSpec } from '../../src/rollups/metric-spec.ts';
import { METRICS, type MetricKey } from '../../src/rollups/metric-table.ts';
import { metricTotals, type MetricTotals } from '../../src/rollups/metric-totals.ts';
import { TranscriptHome } from './transcript-home.ts';

/** A series of a counter or histogram that shows less than before, or nothing any more. */
export interface Fall {
  readonly metric: MetricKey;
  readonly labels: MetricPoint['labels'];
  readonly from: readonly number[];
  readonly to: readonly number[];
}

const numbersOf = ({ value, counts = [] }: MetricPoint): readonly number[] => [value, ...counts];

/** Looks at all counters of a store from time to time, and notes every fall. */
export class CounterWatch {
  readonly falls: Fall[] = [];
  looks = 0;
  #last: MetricTotals = new Map();

  look(db: Database, nowMs: number): void {
    const totals = metricTotals(db, nowMs);
    for (const [metric, points] of this.#last) {
      const { kind }: MetricSpec = METRICS[metric];
      if (kind === 'gauge') continue;
      const now = new Map(
        totals.get(metric)?.map((point) => [JSON.stringify(point.labels), numbersOf(point)]),
      );
      for (const point of points) {
        const from = numbersOf(point);
        const to = now.get(JSON.stringify(point.labels)) ?? [];
        if (from.some((number, index) => number > (to[index] ?? 0)))
          this.falls.push({ metric, labels: point.labels, from, to });
      }
    }
    this.#last = totals;
    this.looks += 1;
  }

  /** The metrics that fell, each once and in order. */
  get metrics(): readonly MetricKey[] {
    return [...new Set(this.falls.map(({ metric }) => metric))].sort();
  }
}

/** A transcript as it is written, its name below the folder of projects; lines end as they did. */
export interface WrittenFile {
  readonly name: string;
  readonly lines: readonly string[];
}

/** A line of each file in turn, or one file after the other. */
function* lineByLine(
  files: readonly WrittenFile[],
  areMixed: boolean,
): Generator<readonly [name: string, line: string]> {
  const rounds = areMixed ? Math.max(0, ...files.map(({ lines }) => lines.length)) : 0;
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, lines } of files) {
      const line = lines[round];
      if (line !== undefined) yield [name, line];
    }
  }
  if (!areMixed) for (const { name, lines } of files) for (const line of lines) yield [name, line];
}

/** Writes transcripts as clients do, reads them as they grow, and looks at all counters after every commit. */
export async function watchTranscripts(
  files: readonly WrittenFile[],
  { areMixed, linesAtOnce = 2 }: { readonly areMixed: boolean; readonly linesAtOnce?: number },
): Promise<CounterWatch> {
  using home = new TranscriptHome();
  const watch = new CounterWatch();
  using store = await home.open((collector) => async (batches) => {
    const committed = await collector.sink(batches);
    watch.look(collector.store.db, 0);
    return committed;
  });
  store.collector.settle();
  let written = 0;
  for (const [name, line] of lineByLine(files, areMixed)) {
    const file = path.join(home.projects, name);
    mkdirSync(path.dirname(file), { recursive: true });
    appendFileSync(file, line, 'latin1');
    written += 1;
    if (written % linesAtOnce === 0) await store.sweep();
    if (written % 40 === 0) while (store.collector.logDocuments());
  }
  await store.sweep();
  return watch;
}
