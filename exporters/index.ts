import { otlpMetrics } from './otlp/index.ts';
import { prometheus } from './prometheus/index.ts';
import { rest } from './rest/index.ts';

/** Every exporter of the serving thread: those that answer requests, and what needs its gauges. */
export const exporters = [prometheus, rest, otlpMetrics] as const;
