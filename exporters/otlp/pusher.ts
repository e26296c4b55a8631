import { resourceFromAttributes } from '@opentelemetry/resources';
import type { Pusher, PusherDeps } from '../../src/component.ts';
import { SCOPE_NAME } from '../../src/rollups/metric-producer.ts';
import { createProjectNames } from '../../src/rollups/project-names.ts';
import type { OtlpConfig } from './config.ts';
import { createLogs } from './logs.ts';
import { SCHEMA_URL } from './names.ts';
import { resolveSettings, type Target } from './settings.ts';
import type { SignalParts } from './signal-parts.ts';
import { createTraces } from './traces.ts';

/** Both loops beside each other: one that waits for its backend does not hold up the other. */
export function createPusher(
  config: OtlpConfig,
  deps: PusherDeps,
  pace: Pick<SignalParts, 'random' | 'lingerMs'> = {},
): Pusher {
  const { traces, logs } = resolveSettings(config);
  const { resource, version, reader } = deps;
  const origin = {
    resource: resourceFromAttributes(resource),
    scope: { name: SCOPE_NAME, version, schemaUrl: SCHEMA_URL },
  };
  const partsOf = (target: Target): SignalParts => ({
    target,
    deps,
    origin,
    hasContent: config.content,
    hasHistory: config.history,
    projectName: createProjectNames(reader.db),
    ...pace,
  });
  const loops = [
    ...(traces === null ? [] : [createTraces(partsOf(traces))]),
    ...(logs === null ? [] : [createLogs(partsOf(logs))]),
  ];
  return {
    name: 'otlp',
    run: async (signal) => {
      await Promise.all(loops.map((loop) => loop.run(signal)));
    },
    trouble: () => loops.flatMap((loop) => loop.trouble() ?? []).join(' ') || undefined,
  };
}
