import { evenly, line, type DashboardDefinition } from '../assemble.ts';
import { stat } from '../panels/numbers.ts';
import { current, orZero } from '../promql/arithmetic.ts';
import { counted } from '../promql/grown.ts';
import { ofScrapes } from '../promql/prometheus-own.ts';
import { AS_INCREASE, NOT_SCRAPED } from '../texts.ts';
import * as exporting from './exporting.ts';
import * as processing from './processing.ts';

const NO_TARGET =
  'Prometheus has no target of the job hall-monitor: see exporters/prometheus/README.md';

const states = [
  stat({
    title: 'Up',
    description: 'Collectors that Prometheus could scrape the last time it tried.',
    unit: 'short',
    decimals: 0,
    noValue: NO_TARGET,
    thresholds: ['red', [1, 'green']],
    queries: [{ expr: `sum(${ofScrapes('up')})` }],
  }),
  stat({
    title: 'Ready',
    description:
      'Whether everything is read and can be stored: 1 where /readyz of every collector says so, else 0.',
    unit: 'bool_yes_no',
    noValue: NOT_SCRAPED,
    thresholds: ['red', [1, 'green']],
    queries: [{ expr: current('ready', { join: 'min' }) }],
  }),
  stat({
    title: 'Warnings',
    description:
      'Things that do not work as they should and do not keep the collector from collecting; /readyz says which.',
    unit: 'short',
    decimals: 0,
    noValue: NOT_SCRAPED,
    thresholds: ['green', [1, 'orange']],
    queries: [{ expr: current('warnings') }],
  }),
  stat({
    title: 'Running for',
    description: 'Time since the collector was started.',
    unit: 's',
    decimals: 0,
    noValue: NOT_SCRAPED,
    queries: [{ expr: `time() - ${current('startTime', { join: 'max' })}` }],
  }),
  stat({
    title: 'Ingest lag',
    description: 'The longest time between the last write to an origin and its being in the store.',
    unit: 's',
    decimals: 1,
    noValue: 'Nothing has been written since the collector began',
    thresholds: ['green', [5, 'orange'], [60, 'red']],
    queries: [{ expr: current('ingestLag', { join: 'max' }) }],
  }),
  stat({
    title: 'Read errors',
    description: `Failed attempts of the range to read an origin; each is tried again. ${AS_INCREASE}`,
    unit: 'short',
    decimals: 0,
    noValue: NOT_SCRAPED,
    thresholds: ['green', [1, 'orange']],
    queries: [{ expr: orZero(counted('readErrors')) }],
  }),
  stat({
    title: 'Damaged archive files',
    description: `Files of the archive that were found damaged or gone in the range, healed or lost. ${AS_INCREASE}`,
    unit: 'short',
    decimals: 0,
    noValue: NOT_SCRAPED,
    thresholds: ['green', [1, 'red']],
    queries: [{ expr: orZero(counted('archiveDamage')) }],
  }),
  stat({
    title: 'Series folded into “other”',
    description:
      'Series that were folded into “other” because a metric has too many: raise maxSeries of the exporter where it is more than nothing.',
    unit: 'short',
    decimals: 0,
    noValue: NOT_SCRAPED,
    thresholds: ['green', [1, 'orange']],
    queries: [{ expr: orZero(current('seriesOverflow')) }],
  }),
];

/** Whether the collector does its work. */
export const health: DashboardDefinition = {
  name: 'health',
  title: 'Hall Monitor / Collector health',
  description: 'Whether the collector reads, stores, exports and is scraped.',
  from: 'now-6h',
  sections: [
    { title: 'State', lines: [evenly(4, ...states.slice(0, 4)), evenly(4, ...states.slice(4))] },
    {
      title: 'Reading and storing',
      lines: [
        line(8, [8, processing.ingestLag], [8, processing.queues], [8, processing.entries]),
        line(8, [8, processing.troubles], [8, processing.origins], [8, processing.storeSize]),
      ],
    },
    {
      title: 'Process and scrapes',
      lines: [
        line(
          8,
          [6, processing.memory],
          [6, processing.cpu],
          [6, processing.scrapeTime],
          [6, processing.scrapeSize],
        ),
      ],
    },
    {
      title: 'Exporters and streams',
      lines: [
        line(8, [8, exporting.lag], [8, exporting.lastSuccess], [8, exporting.sent]),
        line(8, [8, exporting.troubles], [8, exporting.streams], [8, exporting.secrets]),
      ],
    },
  ],
};
