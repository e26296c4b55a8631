/** Panels about reading, storing, the process and its being scraped. */
import { bars, lines } from '../panels/graphs.ts';
import { current, perSecond } from '../promql/arithmetic.ts';
import { counted, grown, INTERVAL } from '../promql/grown.ts';
import { ofScrapes } from '../promql/prometheus-own.ts';
import { NOT_SCRAPED, PER_INTERVAL } from '../texts.ts';

export const ingestLag = lines({
  title: 'Ingest lag by source',
  description: 'Time between the last write to an origin and its being in the store, by source.',
  unit: 's',
  min: 0,
  noValue: 'Nothing has been written since the collector began',
  queries: [{ expr: current('ingestLag', { by: ['source'], join: 'max' }), legend: '{{source}}' }],
});

export const queues = lines({
  title: 'Waiting to be stored',
  description: 'Batches that wait to be written, and payloads of hooks that wait in the spool.',
  unit: 'short',
  decimals: 0,
  min: 0,
  noValue: NOT_SCRAPED,
  queries: [
    { expr: current('queueDepth'), legend: 'batches' },
    { expr: current('spoolFiles'), legend: 'spooled payloads' },
  ],
});

export const entries = lines({
  title: 'Entries per second',
  description: 'How fast entries come in, by type: the rate over a few scrapes.',
  unit: 'cps',
  min: 0,
  isStacked: true,
  noValue: 'No entry has been read',
  queries: [{ expr: perSecond('entries', { by: ['type'] }), legend: '{{type}}' }],
});

export const troubles = bars({
  title: 'Rejects and read errors',
  description: `Entries of each interval that could not be used, and failed attempts to read. ${PER_INTERVAL}`,
  unit: 'short',
  decimals: 0,
  noValue: 'Nothing was rejected, and everything could be read',
  queries: [
    { expr: grown('rejects', { by: ['reason'], over: INTERVAL }), legend: 'rejected: {{reason}}' },
    {
      expr: counted('readErrors', { by: ['source'], over: INTERVAL }),
      legend: 'not read: {{source}}',
    },
  ],
});

export const origins = lines({
  title: 'Files followed',
  description: 'Files and other origins whose position is kept, by source.',
  unit: 'short',
  decimals: 0,
  min: 0,
  noValue: 'No file has been read yet',
  queries: [{ expr: current('origins', { by: ['source'] }), legend: '{{source}}' }],
});

export const storeSize = lines({
  title: 'Size of the store',
  description: 'Size of the store without its write-ahead log.',
  unit: 'bytes',
  min: 0,
  noValue: NOT_SCRAPED,
  queries: [{ expr: current('databaseSize', { by: ['instance'] }), legend: '{{instance}}' }],
});

export const memory = lines({
  title: 'Memory',
  description: 'Memory of the collector that is in RAM.',
  unit: 'bytes',
  min: 0,
  noValue: NOT_SCRAPED,
  queries: [{ expr: ofCollector('memory'), legend: '{{instance}}' }],
});

export const cpu = lines({
  title: 'CPU',
  description: 'CPU time per second that the collector uses; 100 % is one core.',
  unit: 'percentunit',
  min: 0,
  noValue: NOT_SCRAPED,
  queries: [
    {
      expr: perSecond('cpu', { by: ['instance'], where: { job: 'hall-monitor' } }),
      legend: '{{instance}}',
    },
  ],
});

export const scrapeTime = lines({
  title: 'Duration of scrapes',
  description: 'How long Prometheus waited for the metrics.',
  unit: 's',
  min: 0,
  noValue: NOT_SCRAPED,
  queries: [{ expr: `max by (instance) (${ofScrapes('scrapeDuration')})`, legend: '{{instance}}' }],
});

export const scrapeSize = lines({
  title: 'Samples per scrape',
  description: 'How many samples a scrape brings, and how many of their series are new.',
  unit: 'short',
  decimals: 0,
  min: 0,
  noValue: NOT_SCRAPED,
  queries: [
    { expr: `sum(${ofScrapes('scrapeSamples')})`, legend: 'samples' },
    { expr: `sum(${ofScrapes('scrapeSeriesAdded')})`, legend: 'new series' },
  ],
});

function ofCollector(key: 'memory'): string {
  // Other targets have metrics of these names too.
  return current(key, { by: ['instance'], where: { job: 'hall-monitor' } });
}
