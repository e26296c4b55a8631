import { join } from 'node:path';
import { createIngest } from '../../src/pipeline/ingest.ts';
import { createPricer } from '../../src/pricing/price.ts';
import { builtInPriceTable } from '../../src/pricing/table.ts';
import type { Batch } from '../../src/records/record.ts';
import { readCursor } from '../../src/store/cursor-table.ts';
import { silentLog } from '../../src/runtime/log.ts';
import { createReader } from '../../src/store/reader.ts';
import { STORE_FILE } from '../../src/store/open.ts';
import type { Cursors } from '../../src/store/store.ts';
import { createIngestFixture, type IngestFixture } from './ingest-fixture.ts';

/** A real store, a reader of it as exporters have one, and cursors that its writer saves. */
export interface ExportLog {
  readonly fixture: IngestFixture;
  /** What exporters are given. */
  readonly deps: {
    readonly reader: ReturnType<typeof createReader>;
    readonly cursors: Cursors;
    readonly log: typeof silentLog;
    readonly now: () => number;
    readonly count: (name: string, label: string, by?: number) => void;
  };
  readonly counts: ReadonlyMap<string, number>;
  /** Commits and wakes those who wait. */
  readonly commit: (...batches: readonly Batch[]) => void;
  readonly remove: () => void;
}

/** Makes an empty store with everything an exporter's loop needs. */
export function createExportLog(): ExportLog {
  const fixture = createIngestFixture();
  const reader = createReader(join(fixture.home, STORE_FILE));
  const writer = createIngest({
    store: fixture.store,
    pricer: createPricer(builtInPriceTable),
    now: () => 1,
  });
  const counts = new Map<string, number>();
  return {
    fixture,
    counts,
    deps: {
      reader,
      cursors: {
        load: (exporter) => readCursor(reader.db, exporter),
        save: async (exporter, seq, refused = []) => {
          await Promise.resolve();
          writer.saveCursor(exporter, seq, refused);
        },
      },
      log: silentLog,
      now: () => 1,
      count: (name, label, by = 1) => {
        const key = `${name} ${label}`;
        counts.set(key, (counts.get(key) ?? 0) + by);
      },
    },
    commit: (...batches) => reader.notify(fixture.commit(...batches).lastSeq),
    remove: () => {
      reader.close();
      fixture.remove();
    },
  };
}
