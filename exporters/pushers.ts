import type { InstallablePusher } from '../src/component.ts';
import { archive } from './archive/index.ts';
import { budgets } from './budgets/index.ts';
import { clickhouse } from './clickhouse/index.ts';
import { otlp } from './otlp/traces-and-logs.ts';
import { rawTraces } from './raw-traces/index.ts';
import { reports } from './reports/index.ts';

/** Every exporter that pushes. They run in a thread without schemas, so what answers requests has a list of its own. */
export const pushers: readonly InstallablePusher<never>[] = [
  archive,
  otlp,
  clickhouse,
  reports,
  rawTraces,
  budgets,
];
