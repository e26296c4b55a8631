import type { Config } from '../config/schema.ts';
import type { InstallablePusher } from '../component.ts';
import { pushers } from '../../exporters/index.ts';

/** Settings of each exporter that pushes, by its name. */
export const pusherSettings = ({
  archive,
  clickhouse,
  otlp,
  rawTraces,
  reports,
}: Config): Readonly<Record<string, unknown>> => ({
  archive,
  clickhouse,
  otlp,
  'raw-traces': rawTraces,
  reports,
});

/** Whether any exporter pushes with these settings. */
export const isAnyWanted = (settings: Readonly<Record<string, unknown>>): boolean =>
  (pushers as readonly InstallablePusher<unknown>[]).some(({ name, isWanted }) =>
    isWanted(settings[name]),
  );
