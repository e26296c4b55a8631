import type { Config } from '../config/schema.ts';
import type { InstallablePusher } from '../component.ts';
import { pushers } from '../../exporters/pushers.ts';
import { otlpSection } from './otlp-section.ts';

/** Settings of each exporter that pushes, by its name. */
export const pusherSettings = (config: Config): Readonly<Record<string, unknown>> => ({
  archive: config.archive,
  budgets: config.budgets,
  clickhouse: config.clickhouse,
  otlp: otlpSection(config),
  'raw-traces': { ...config.rawTraces, claudeDirs: config.claudeDirs },
  reports: config.reports,
});

/** Whether any exporter pushes with these settings. */
export const isAnyWanted = (settings: Readonly<Record<string, unknown>>): boolean =>
  (pushers as readonly InstallablePusher<unknown>[]).some(({ name, isWanted }) =>
    isWanted(settings[name]),
  );
