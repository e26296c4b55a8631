import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createIngest } from '../../../src/pipeline/ingest.ts';
import { Restore, RESTORE_ORDER } from '../../../src/pipeline/restore/restore.ts';
import { createPricer } from '../../../src/pricing/price.ts';
import { builtInPriceTable } from '../../../src/pricing/table.ts';
import type { ArchiveLine, ArchiveStream } from '../../../src/records/archive-line.ts';
import { openStore, STORE_FILE } from '../../../src/store/open.ts';
import { createReader } from '../../../src/store/reader.ts';
import type { RestoredIdentity } from '../../../src/store/rows.ts';
import { WriteStore } from '../../../src/store/write-store.ts';

/** Everything that the log of a store tells, as an archive that follows it would have it. */
export const archiveOf = (home: string, from = 0): readonly ArchiveLine[] => {
  using reader = createReader(path.join(home, STORE_FILE));
  const lines: ArchiveLine[] = [];
  for (let seq = from; ;) {
    const page = reader.archived(seq, 7);
    if (page.toSeq === seq) return lines;
    lines.push(...page.lines);
    seq = page.toSeq;
  }
};

/** A store that was built from an archive alone. */
export interface RestoredStore extends Disposable {
  readonly home: string;
  readonly store: WriteStore;
  readonly counts: Restore['counts'];
}

/** Builds a store from lines of an archive, in the order of the streams or in their own. */
export const restoreFrom = (
  lines: readonly Pick<ArchiveLine, 'stream' | 'text'>[],
  order: readonly ArchiveStream[] | null = RESTORE_ORDER,
  identity: Partial<RestoredIdentity> = {},
): RestoredStore => {
  const home = mkdtempSync(path.join(tmpdir(), 'hall-monitor-restored-'));
  const store = new WriteStore(openStore(home));
  const restore = new Restore(store);
  if (order === null) for (const { stream, text } of lines) restore.take(stream, [text]);
  else
    for (const stream of order)
      restore.take(
        stream,
        lines.filter((line) => line.stream === stream).map(({ text }) => text),
      );
  restore.finish({
    storeId: 'old',
    isOwn: false,
    isWhole: false,
    archivedSeq: 0,
    nowMs: 1,
    ...identity,
  });
  store.settle();
  const ingest = createIngest({ store, pricer: createPricer(builtInPriceTable), now: () => 1 });
  while (ingest.recountPlans());
  return {
    home,
    store,
    counts: restore.counts,
    [Symbol.dispose]: () => {
      store.db.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
};
