import type { InstallablePusher } from '../../src/component.ts';
import { createDelivery } from '../../src/pipeline/deliver.ts';
import type { ClickHouseSettings } from './settings.ts';

/** Rows in ClickHouse, for fleets and for years of history. */
export const clickhouse: InstallablePusher<ClickHouseSettings> = {
  name: 'clickhouse',
  isWanted: ({ url }) => url !== null,
  create: async (settings, deps) => {
    const { createOutlet } = await import('./outlet.ts');
    const outlet = await createOutlet(settings, {
      db: deps.reader.db,
      home: deps.home,
      version: deps.version,
      now: deps.now,
    });
    const { run, trouble } = createDelivery({
      exporter: 'clickhouse',
      deps,
      limit: settings.backlogRows,
      enough: settings.batchRows,
      lingerMs: settings.lingerMs,
      accepts: outlet.accepts,
      send: outlet.send,
      bodyOf: outlet.bodyOf,
    });
    return {
      name: 'clickhouse',
      run: async (signal) => {
        await run(signal);
        await outlet.close();
      },
      trouble,
    };
  },
};
