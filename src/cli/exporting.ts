import type { Config } from '../config/schema.ts';
import type { Counters } from './counters.ts';
import { systemTimeZoneName } from '../rollups/time-zone.ts';
import { createBackoff } from '../runtime/backoff.ts';
import type { Gauges } from '../runtime/gauges.ts';
import type { Log } from '../runtime/log.ts';
import { readCursors } from '../store/cursor-table.ts';
import type { StoreReader } from '../store/store.ts';
import type { ExportReport } from './export-messages.ts';
import { type ExportWorker, startExportWorker } from './export-worker.ts';
import type { IngestReport } from './ingest-messages.ts';
import type { IngestWorker } from './ingest-worker.ts';
import { isAnyWanted, pusherSettings } from './pusher-settings.ts';
import { resourceOf } from './this-process.ts';
import { packageVersion } from './version.ts';

/** The exporters that push, as the serving thread sees them. */
export interface Exporting {
  /** Takes note of what the collecting thread tells. */
  readonly note: (report: IngestReport) => void;
  /** Why exporters do not get on, in words. */
  readonly troubles: () => readonly string[];
  /** Lets them finish what they are at, within so many milliseconds. */
  readonly close: (withinMs: number) => Promise<void>;
}

/** What exporting is made of. */
export interface ExportingParts {
  readonly config: Config;
  readonly ingest: Pick<IngestWorker, 'saveCursor' | 'tellExporters'>;
  readonly reader: StoreReader;
  readonly gauges: Gauges;
  readonly log: Log;
  readonly count: Counters['add'];
  readonly now: () => number;
}

/** Starts the thread of the exporters that push, and again where it fails; there is none where nothing is wanted. */
export const startExporting = (parts: ExportingParts): Exporting => {
  const { config } = parts;
  const pushers = pusherSettings(config);
  if (!isAnyWanted(pushers))
    return { note: () => undefined, troubles: () => [], close: () => Promise.resolve() };
  const version = packageVersion();
  return new Supervisor(parts, {
    home: config.home,
    resource: resourceOf(version),
    version,
    timezone: config.timezone ?? systemTimeZoneName(),
    pushers,
  });
};

class Supervisor implements Exporting {
  readonly #parts: ExportingParts;
  readonly #order: Parameters<typeof startExportWorker>[0];
  readonly #backoff = createBackoff();
  readonly #savedAtMs = new Map<string, number>();
  #worker: ExportWorker;
  #exporters: readonly string[] = [];
  #troubles: readonly string[] = [];
  #retry: NodeJS.Timeout | undefined;
  #isClosing = false;

  constructor(parts: ExportingParts, order: Parameters<typeof startExportWorker>[0]) {
    this.#parts = parts;
    this.#order = order;
    this.#worker = this.#start();
    this.#offerGauges();
  }

  note = (report: IngestReport): void => {
    if (report.kind === 'committed' || report.kind === 'logged')
      this.#worker.notify(report.lastSeq);
    if (report.kind === 'cursor_saved') this.#worker.answer(report);
  };

  troubles = (): readonly string[] => this.#troubles;

  close = async (withinMs: number): Promise<void> => {
    this.#isClosing = true;
    clearTimeout(this.#retry);
    await this.#worker.close(withinMs);
  };

  #start(): ExportWorker {
    const worker = startExportWorker(this.#order, (report) => this.#hear(report));
    worker.ended.then(
      () => this.#again('it ended'),
      (error: unknown) => this.#again(error),
    );
    return worker;
  }

  /** A fault of ours must not end the collecting: it is told, and exporters go on from their cursors a little later. */
  #again(cause: unknown): void {
    if (this.#isClosing) return;
    const text = cause instanceof Error ? cause.message : String(cause);
    this.#parts.log.error({ err: cause }, 'The exporting thread failed; it is started again.');
    this.#troubles = [`The exporting thread failed: ${text}`];
    this.#retry = setTimeout(() => {
      this.#worker = this.#start();
    }, this.#backoff.next());
  }

  #hear(report: ExportReport): void {
    const { ingest, log, count, now } = this.#parts;
    switch (report.kind) {
      case 'cursor':
        this.#savedAtMs.set(report.exporter, now());
        return ingest.saveCursor(report);
      case 'state':
        if (String(report.exporters) !== String(this.#exporters))
          ingest.tellExporters(report.exporters);
        this.#exporters = report.exporters;
        this.#troubles = report.troubles;
        return;
      case 'log':
        return log[report.level](report.fields, report.message);
      case 'count':
        return count(report.name, report.label, report.by);
      case 'opened':
        return;
    }
  }

  #offerGauges(): void {
    const { gauges, reader } = this.#parts;
    gauges.offer('hall_monitor_export_lag_events', () => {
      const cursors = readCursors(reader.db);
      const lastSeq = reader.lastSeq();
      return this.#exporters.map((exporter) => ({
        labels: { exporter },
        value: Math.max(0, lastSeq - (cursors.get(exporter) ?? 0)),
      }));
    });
    gauges.offer('hall_monitor_export_last_success_timestamp_seconds', () =>
      [...this.#savedAtMs].map(([exporter, atMs]) => ({
        labels: { exporter },
        value: atMs / 1000,
      })),
    );
  }
}
