import { storeIdentity } from '../../src/rollups/store-identity.ts';
import type { Stored, StoreReader } from '../../src/store/store.ts';
import { openCollector } from './collector.ts';
import { encodeLines, isForTables, type Rows } from './encode.ts';
import { createSchema } from './schema.ts';
import { batchIdOf, sendRows } from './send.ts';
import type { ClickHouseSettings } from './settings.ts';
import { digestOf, type Teller } from './telling.ts';

/** What an outlet is made of. */
export interface OutletParts {
  /** The store, for reading. */
  readonly db: StoreReader['db'];
  readonly home: string;
  /** Version of this program. */
  readonly version: string;
  readonly now: () => number;
}

/** The way from lines of the log into ClickHouse. */
export interface Outlet {
  /** Whether a line of the log has rows in any table. */
  readonly accepts: (line: Stored) => boolean;
  /** Sends what lines are as the store has them now. */
  readonly send: (lines: readonly Stored[], signal: AbortSignal) => Promise<void>;
  /** Rows of a line as JSON text, by table; they can be sent by `sendBody` when the store has forgotten the line. */
  readonly bodyOf: (line: Stored) => string;
  readonly sendBody: (body: string, signal: AbortSignal) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Opens the way; nothing is connected before something is sent. */
export const createOutlet = async (
  settings: ClickHouseSettings,
  { db, home, version, now }: OutletParts,
): Promise<Outlet> => {
  const { connect } = await import('./connect.ts');
  const client = connect(settings, version);
  const schema = createSchema(client, settings, now);
  const sender = { client, schema, settings };
  let known: Teller | undefined;
  // Not at the start: a full disk must not keep other exporters from theirs.
  const teller = (): Teller => {
    known ??= {
      ...settings,
      collector: openCollector(home, settings),
      store: storeIdentity(db),
    };
    return known;
  };
  const encode = (lines: readonly Stored[]): Rows => encodeLines(db, teller(), lines, now());
  return {
    accepts: isForTables,
    send: async (lines, signal) => {
      const rows = encode(lines);
      await sendRows(sender, rows, { batchId: batchIdOf(teller(), lines), signal });
    },
    bodyOf: (line) => JSON.stringify(encode([line])),
    sendBody: async (body, signal) => {
      const rows = JSON.parse(body) as Partial<Rows>;
      await sendRows(sender, rows, { batchId: digestOf(body), signal });
    },
    close: async () => await client.close(),
  };
};
