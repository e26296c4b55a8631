import type { InstallablePusher } from '../src/component.ts';
import { archive } from './archive/index.ts';
import { clickhouse } from './clickhouse/index.ts';
import { otlp, otlpMetrics } from './otlp/index.ts';
import { prometheus } from './prometheus/index.ts';
import { rawTraces } from './raw-traces/index.ts';
import { reports } from './reports/index.ts';
import { rest } from './rest/index.ts';

/** Every exporter that answers requests. */
export const exporters = [prometheus, rest, otlpMetrics] as const;

/** Every exporter that pushes. */
export const pushers: readonly InstallablePusher<never>[] = [
  archive,
  otlp,
  clickhouse,
  reports,
  rawTraces,
];
