import { hostname } from 'node:os';
import { detectResources, envDetector } from '@opentelemetry/resources';
import type { Gauges } from '../runtime/gauges.ts';

/** Shows what this process uses. */
export const offerProcess = (gauges: Gauges, nowMs: number): void => {
  const startMs = nowMs - process.uptime() * 1000;
  gauges.offer('process_resident_memory_bytes', () => process.memoryUsage.rss());
  gauges.offer('process_cpu_seconds_total', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  gauges.offer('process_start_time_seconds', () => startMs / 1000);
};

/** Resource attributes of this process; `OTEL_RESOURCE_ATTRIBUTES` and `OTEL_SERVICE_NAME` add to them and win. */
export const resourceOf = (version: string): Readonly<Record<string, string>> => {
  const { attributes } = detectResources({ detectors: [envDetector] });
  const named = Object.entries(attributes).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return {
    'service.name': 'hall-monitor',
    'service.version': version,
    'host.name': hostname(),
    ...Object.fromEntries<string>(named),
  };
};
