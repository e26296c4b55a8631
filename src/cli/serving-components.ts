import { exporters } from '../../exporters/index.ts';
import { createConversations } from '../../exporters/raw-traces/conversations.ts';
import { receivers } from '../../receivers/index.ts';
import type { Component, Installable, InstallableReceiver } from '../component.ts';
import type { Config } from '../config/schema.ts';
import { systemTimeZoneName } from '../rollups/time-zone.ts';
import type { Gauges } from '../runtime/gauges.ts';
import type { Log } from '../runtime/log.ts';
import type { Reader } from '../store/reader.ts';
import type { Counters } from './counters.ts';
import { otlpSection } from './otlp-section.ts';
import { receiverSettings } from './receiver-settings.ts';
import { resourceOf } from './this-process.ts';
import { packageVersion } from './version.ts';

/** What the components of the serving thread are made of. */
export interface ServingParts {
  readonly config: Config;
  readonly reader: Reader;
  readonly gauges: Gauges;
  readonly log: Log;
  readonly count: Counters['add'];
  /** What is wrong with the standard variables of OpenTelemetry. */
  readonly otelWarnings: readonly string[];
}

/** Everything that answers requests: exporters, and what receivers have to be served. */
export const createServingComponents = (parts: ServingParts): readonly Component[] => [
  ...createExporters(parts),
  ...createIntakes(parts.config),
];

/** What receivers have to be served. */
const createIntakes = (config: Config): readonly Component[] => {
  const settings: Readonly<Record<string, unknown>> = receiverSettings(config);
  return receivers.flatMap((receiver) => {
    const { name, intake } = receiver as InstallableReceiver<unknown>;
    return intake === undefined ? [] : [intake(settings[name])];
  });
};

/** Makes every exporter of the list; each takes of the settings and parts what it knows. */
const createExporters = ({
  config,
  reader,
  gauges,
  log,
  count,
  otelWarnings,
}: ServingParts): readonly Component[] => {
  const version = packageVersion();
  const parts = {
    reader,
    gauges,
    log,
    now: Date.now,
    count,
    resource: resourceOf(version),
    entries: reader.entries,
    conversations: createConversations(config.home),
    dataDir: config.home,
    version,
  };
  const settings: Readonly<Record<string, unknown>> = {
    rest: { timezone: config.timezone ?? systemTimeZoneName(), sse: config.sse },
    prometheus: config.prometheus,
    'otlp-metrics': { section: otlpSection(config, otelWarnings) },
  };
  return exporters.map((exporter) => {
    const { create, config: schema } = exporter as Installable<unknown, typeof parts>;
    return create(schema.parse(settings[exporter.name] ?? {}), parts);
  });
};
