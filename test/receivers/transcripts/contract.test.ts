import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { transcripts } from '../../../receivers/transcripts/index.ts';
import { createIngest } from '../../../src/pipeline/ingest.ts';
import { loadPriceTable } from '../../../src/pricing/override.ts';
import { createPricer } from '../../../src/pricing/price.ts';
import { openStore, STORE_FILE } from '../../../src/store/open.ts';
import { createReader } from '../../../src/store/reader.ts';
import { EVENT_KINDS } from '../../../src/store/rows.ts';
import { WriteStore } from '../../../src/store/write-store.ts';
import { describeReceiver } from '../../contract/receiver.ts';
import { describeStore } from '../../contract/store.ts';
import { TranscriptHome } from '../../support/transcript-home.ts';
import { conversation, SESSION } from '../../support/transcript-lines.ts';

const NAME = `${SESSION}.jsonl`;

describeReceiver({
  receiver: transcripts,
  createWorld: () => {
    const home = new TranscriptHome();
    home.writeText(NAME, '');
    let offered = 0;
    return {
      source: 'transcript',
      config: {
        claudeDirs: [home.claudeDir],
        watch: 'events' as const,
        sweepIntervalMs: 30_000,
        pollIntervalMs: 1000,
        threads: 0,
      },
      offer: (facts) => {
        home.append(NAME, ...conversation(facts, offered + 1).slice(1));
        offered += facts;
      },
      offerMalformed: () => {
        home.append(NAME, '{"broken', '[]', '\0\0\0', '{"type":"user","message":5}');
        return 4;
      },
      stored: ({ store }) => Number(store.db.prepare('SELECT count(*) FROM request').pluck().get()),
      [Symbol.dispose]: () => home[Symbol.dispose](),
    };
  },
});

const pricer = createPricer(await loadPriceTable(null));

describeStore('in SQLite', () => {
  const home = mkdtempSync(path.join(tmpdir(), 'hall-monitor-store-'));
  return {
    open: () => {
      const store = new WriteStore(openStore(home));
      const writer = createIngest({ store, pricer, now: () => 0 });
      const reader = createReader(path.join(home, STORE_FILE));
      const { db } = store;
      // That something was told again is counted, and the archive is to be told of the count.
      const tables = db
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'tally'")
        .pluck()
        .all()
        .map((name) =>
          name === 'document' ? `document WHERE kind <> ${EVENT_KINDS.collector}` : name,
        );
      let isClosed = false;
      return {
        writer,
        reader,
        contents: () =>
          new Map(tables.map((name) => [name, db.prepare(`SELECT * FROM ${String(name)}`).all()])),
        failOn: (table) => {
          const full = "SELECT raise(ABORT, 'database or disk is full')";
          db.exec(`CREATE TEMP TRIGGER full BEFORE INSERT ON ${table} BEGIN ${full}; END`);
          return { mend: () => void db.exec('DROP TRIGGER full') };
        },
        close: () => {
          if (isClosed) return;
          isClosed = true;
          reader.close();
          writer.close();
        },
      };
    },
    [Symbol.dispose]: () => rmSync(home, { recursive: true }),
  };
});
