import type { Alert, AlertGroup } from './rule.ts';
import { labelList, storedGrowth } from './growth.ts';
import { select } from './selector.ts';
import { THRESHOLDS } from './thresholds.ts';

const ON = `on (${labelList()})`;

const down: Alert = {
  name: 'HallMonitorDown',
  severity: 'critical',
  value: () => select('up'),
  fires: { below: 1 },
  forMinutes: 5,
  summary: 'Hall Monitor at {{ $labels.instance }} does not answer.',
  description: 'Prometheus has not been able to scrape {{ $labels.instance }} for five minutes.',
  means:
    'The last scrape failed. A Prometheus on another machine says so of a laptop that sleeps too; one on the same machine sleeps with it.',
  doNext:
    'Start it: `hall-monitor serve`. Nothing is lost meanwhile: transcripts stay where they are, and hooks write to the spool.',
  tellsOfFailedQueries: true,
};

const missing: Alert = {
  name: 'HallMonitorMissing',
  severity: 'critical',
  value: () => `absent(${select('up')})`,
  fires: { above: 0 },
  forMinutes: 15,
  summary: 'Prometheus scrapes no Hall Monitor.',
  description: 'Prometheus has no target under the job hall-monitor.',
  means:
    'There is no series `up` of the job `hall-monitor`: the configuration of Prometheus lost it, or calls it otherwise.',
  doNext: 'Compare the configuration of Prometheus with `docker/prometheus.yml`.',
};

const notReady: Alert = {
  name: 'HallMonitorNotReady',
  severity: 'critical',
  value: () => `${select('ready')} unless ${ON} ${select('queueDepth')} > 0`,
  fires: { below: 1 },
  forMinutes: 5,
  summary: 'Hall Monitor at {{ $labels.instance }} runs and cannot store.',
  description: 'Hall Monitor at {{ $labels.instance }} has not been ready for five minutes.',
  means:
    '`/readyz` says no, though no files wait for their first reading: the store cannot be written, since the disk is full, the database locked or damaged.',
  doNext: '`curl http://127.0.0.1:9464/readyz` gives the reason, the log the error.',
};

const stuck: Alert = {
  name: 'HallMonitorReadingStuck',
  severity: 'warning',
  value: () =>
    `${select('queueDepth')} and changes(${select('queueDepth')}[15m]) == 0 and ${ON} ${select('ready')} == 0`,
  fires: { above: 0 },
  forMinutes: 10,
  summary: 'The first reading at {{ $labels.instance }} does not get on.',
  description: '{{ $value | humanize }} batches wait, as many as 15 minutes ago.',
  means:
    'While everything is read for the first time the collector is not ready, which is no fault. It is one if the number of what waits has not changed for a quarter of an hour.',
  doNext:
    '`/readyz` shows how far it is. Look for a disk that does not answer, such as a network drive.',
};

const warns: Alert = {
  name: 'HallMonitorWarns',
  severity: 'info',
  value: () => select('warnings'),
  fires: { above: 0 },
  forMinutes: 15,
  summary: 'Hall Monitor at {{ $labels.instance }} has something to say.',
  description: '{{ $value | humanize }} things do not work as they should.',
  means: 'Things that do not keep it from collecting.',
  doNext: '`/readyz` says which.',
};

const lags: Alert = {
  name: 'HallMonitorIngestLags',
  severity: 'warning',
  value: () =>
    `min_over_time(${select('ingestLag')}[10m]) and changes(${select('ingestLag')}[10m]) > 3`,
  fires: { above: THRESHOLDS.ingestLag },
  forMinutes: 5,
  summary: 'What {{ $labels.source }} tells is stored late.',
  description:
    'For ten minutes everything from {{ $labels.source }} has been at least {{ $value | humanizeDuration }} late.',
  means:
    'The least lag of ten minutes in which several things were stored. The gauge keeps the last lag while nothing happens, and the first one after sleep is as long as the sleep: neither counts, since the gauge must move and all of it must be late.',
  doNext:
    'Look at *Collector health*: processor, disk, and whether a large export or a report runs.',
};

const toolHooks = ['UserPromptSubmit', 'PostToolUse', 'PostToolUseFailure'] as const;

const transcriptsSilent: Alert = {
  name: 'HallMonitorTranscriptsSilent',
  severity: 'critical',
  value: () => {
    const seen = `max by (${labelList()}) (${select('sourceLastSeen', { source: 'transcript' })})`;
    const started = `max by (${labelList()}) (${select('startTime')})`;
    const heard = storedGrowth(select('hookEvents', { event: toolHooks }), { over: '15m' });
    return `time() - (${seen} or ${started})\nand ((${heard})\n>= ${THRESHOLDS.hookEventsAtLeast})`;
  },
  fires: { above: THRESHOLDS.transcriptsSilent },
  forMinutes: 5,
  summary: 'Sessions run and their transcripts are not read.',
  description:
    'Hooks tell of prompts and tool calls, and transcripts have told of nothing for {{ $value | humanizeDuration }}.',
  means:
    'Cost and tokens stand in transcripts alone, so they are missing. That a session runs is known only from hooks: at least five prompts or tool calls in a quarter of an hour, for which Claude Code writes lines. That a session was opened is not enough, since nothing is written before its first prompt. Without hooks this alert can say nothing.',
  doNext:
    '`hall-monitor doctor` compares the folder of transcripts with what is read. Often `CLAUDE_CONFIG_DIR` differs, or the container has no mount of it.',
};

const scrapeSlow: Alert = {
  name: 'HallMonitorScrapeSlow',
  severity: 'warning',
  value: () => `${select('scrapeDuration')} and ${ON} ${select('up')} == 1`,
  fires: { above: THRESHOLDS.scrape },
  forMinutes: 10,
  summary: 'Scrapes of {{ $labels.instance }} take long.',
  description: 'A scrape of {{ $labels.instance }} takes {{ $value | humanizeDuration }}.',
  means: 'Prometheus gives up after ten seconds, and then there is no data at all.',
  doNext: 'Lower `maxSeries` of the exporter `prometheus`; see whether the machine is busy.',
};

const overflow: Alert = {
  name: 'HallMonitorSeriesOverflow',
  severity: 'info',
  value: () => select('seriesOverflow'),
  fires: { above: 0 },
  forMinutes: 10,
  summary: '{{ $labels.metric }} has too many series.',
  description: '{{ $value | humanize }} series of {{ $labels.metric }} are added up under other.',
  means: 'Sums stay whole, and the newest projects or tools cannot be told apart.',
  doNext: 'Raise `maxSeries` of the exporter `prometheus` (2,000 at most), or leave it.',
};

/** Whether the collector collects. */
export const COLLECTOR_HEALTH: AlertGroup = {
  name: 'hall-monitor-collector',
  title: 'The collector',
  alerts: [down, missing, notReady, stuck, warns, lags, transcriptsSilent, scrapeSlow, overflow],
};
