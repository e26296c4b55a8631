import type { Alert, AlertGroup } from './rule.ts';
import { labelList, processGrowth } from './growth.ts';
import { select } from './selector.ts';
import { THRESHOLDS } from './thresholds.ts';

const spool: Alert = {
  name: 'HallMonitorSpoolGrows',
  severity: 'warning',
  value: () => select('spoolFiles'),
  fires: { above: THRESHOLDS.spool },
  forMinutes: 10,
  summary: 'Payloads of hooks pile up.',
  description: '{{ $value | humanize }} payloads of hooks wait in the spool.',
  means:
    'What hooks write is taken within seconds. Ten minutes of a full spool mean that it is not taken, or slower than it comes.',
  doNext: 'Look at the log for the receiver `hooks`, and at rights and space of the spool.',
};

const readErrors: Alert = {
  name: 'HallMonitorReadErrors',
  severity: 'warning',
  value: () => processGrowth(select('readErrors'), '15m'),
  fires: { above: THRESHOLDS.readErrors },
  forMinutes: 0,
  summary: 'Files of {{ $labels.source }} cannot be read.',
  description:
    'Reading from {{ $labels.source }} failed {{ $value | humanize }} times in the last 15 minutes.',
  means:
    'Each attempt is made again, so a few tell nothing. It counts since the process began; a restart does not hide any.',
  doNext: 'The log names the file and the error: most often rights.',
};

const stalled: Alert = {
  name: 'HallMonitorExporterStalls',
  severity: 'warning',
  value: () => {
    const lag = select('exportLag');
    const started = `${lag} * 0 + on (${labelList()}) group_left () ${select('startTime')}`;
    return `time() - (${select('exportLastSuccess')} or ${started}) and ${lag} > 0`;
  },
  fires: { above: THRESHOLDS.exporterStalled },
  forMinutes: 10,
  summary: 'Exporter {{ $labels.exporter }} does not get on.',
  description:
    'Exporter {{ $labels.exporter }} has something to send and has sent nothing for {{ $value | humanizeDuration }}.',
  means:
    'Time since it last got on, or since the process began where it never did, while there are lines it has not got to. After sleep it has ten minutes to catch up.',
  doNext:
    'Is the far side there? The log says what it answers. Nothing is lost: it goes on where it stopped.',
};

const drops: Alert = {
  name: 'HallMonitorExporterDrops',
  severity: 'warning',
  value: () => processGrowth(select('exportDropped'), '1h'),
  fires: { above: 0 },
  forMinutes: 0,
  summary: 'Exporter {{ $labels.exporter }} drops events.',
  description:
    'Exporter {{ $labels.exporter }} could not deliver {{ $value | humanize }} events in the last hour: {{ $labels.reason }}.',
  means:
    'What the far side will never take, so that sending it again would not help. The store still has it.',
  doNext: 'The log names the answer; correct the configuration of the exporter or of the far side.',
};

const archiveLost: Alert = {
  name: 'HallMonitorArchiveLost',
  severity: 'critical',
  value: () => processGrowth(select('archiveDamage', { outcome: 'lost' }), '1h'),
  fires: { above: 0 },
  forMinutes: 0,
  summary: 'Files of the archive are lost.',
  description:
    '{{ $value | humanize }} files of the stream {{ $labels.stream }} are damaged or gone, and the store no longer has what was in them.',
  means: 'Files that were healed from the store do not count.',
  doNext:
    'Restore them from a copy of yours; docs/archive.md says how files are checked. Mistrust the disk.',
};

/** What comes in by the spool and goes out by exporters. */
export const DELIVERY: AlertGroup = {
  name: 'hall-monitor-delivery',
  title: 'What comes in and goes out',
  alerts: [spool, readErrors, stalled, drops, archiveLost],
};
