import { clickhouse } from '../../../exporters/clickhouse/index.ts';
import type { ClickHouseSettings } from '../../../exporters/clickhouse/settings.ts';
import type { Pusher } from '../../../src/component.ts';
import { DEFAULTS } from '../../../src/config/defaults.ts';
import { createExportLog, type ExportLog } from '../../pipeline/export-log.ts';
import { until } from '../running-command.ts';

/** A store that fills, and the exporter that sends it to a ClickHouse. */
export interface ClickHouseStage extends ExportLog {
  /** Runs the exporter until it has delivered everything that is committed. */
  readonly deliver: (settings?: Partial<ClickHouseSettings>) => Promise<void>;
  /** Runs it until told to stop. */
  readonly start: (settings?: Partial<ClickHouseSettings>) => Promise<Running>;
  readonly seq: () => number;
  /** Lets it begin again from the first line, as a crash may leave it. */
  readonly rewind: (seq?: number) => void;
}

/** An exporter that runs. */
export interface Running {
  readonly trouble: Required<Pusher>['trouble'];
  readonly stop: () => Promise<void>;
}

/** What holds in tests: batches are sent at once, names are no real ones, and however old their rows get they are kept. */
export const settingsFor = (
  url: string,
  stated: Partial<ClickHouseSettings> = {},
): ClickHouseSettings => ({
  ...DEFAULTS.clickhouse,
  url,
  lingerMs: 0,
  ttlDays: 0,
  hostName: 'laptop',
  userName: 'dev',
  ...stated,
});

/** Makes a stage before the ClickHouse at an address. */
export function createClickHouseStage(
  url: string,
  usual: Partial<ClickHouseSettings> = {},
): ClickHouseStage {
  const log = createExportLog();
  const seq = (): number => log.deps.cursors.load('clickhouse')?.seq ?? 0;
  const start = async (stated: Partial<ClickHouseSettings> = {}): Promise<Running> => {
    const stop = new AbortController();
    const pusher = await clickhouse.create(settingsFor(url, { ...usual, ...stated }), {
      ...log.deps,
      now: Date.now,
      home: log.fixture.home,
      resource: {},
      version: '0.0.0',
      timezone: 'UTC',
    });
    const running = pusher.run(stop.signal);
    return {
      trouble: () => pusher.trouble?.(),
      stop: async () => {
        stop.abort();
        await running;
      },
    };
  };
  return {
    ...log,
    seq,
    start,
    deliver: async (stated) => {
      const running = await start(stated);
      try {
        await until('delivery', () => (seq() >= log.deps.reader.lastSeq() ? true : undefined));
      } finally {
        await running.stop();
      }
    },
    rewind: (to = 0) =>
      void log.fixture.db
        .prepare("UPDATE export_cursor SET seq = ? WHERE exporter = 'clickhouse'")
        .run(to),
  };
}
