import { statSync } from 'node:fs';
import { join } from 'node:path';
import { hookEvents } from '../../rollups/hook-events.ts';
import { sourceStatus } from '../../rollups/source-status.ts';
import { checkStore as examine } from '../../rollups/store-check.ts';
import { STORE_FILE } from '../../store/open.ts';
import { countText } from '../figures.ts';
import { ageText } from './age-text.ts';
import { fault, fine, note, warning, type Check, type Remark } from './finding.ts';
import type { Scene } from './scene.ts';

/** A larger store takes too long to examine in passing. */
const MAX_EXAMINED_BYTES = 200 * 1024 * 1024;

/** Whether the store is there, sound, of this version, and fed. */
export const checkStore: Check = {
  area: 'store',
  run: (scene) => [...ofFile(scene), ...ofContent(scene), ...ofWriter(scene)],
};

function ofFile({ store }: Scene): readonly Remark[] {
  if (store.fault !== null) return [fault(store.fault.message, store.fault.fix)];
  if (!store.exists) return [note('There is no store yet.', 'hall-monitor import')];
  return store.isOutdated
    ? [
        warning(
          'The store was made by an older version; until it is brought up to date, nothing can be read from it.',
          'hall-monitor import',
        ),
      ]
    : [];
}

function ofContent({ store, config, nowMs }: Scene): readonly Remark[] {
  const { db } = store;
  if (db === null) return [];
  const sizeBytes = statSync(join(config.home, STORE_FILE)).size;
  const lastHeardMs = hookEvents(db).reduce((last, { lastAtMs }) => Math.max(last, lastAtMs), 0);
  const sources = sourceStatus(db).map(({ source, last_entry, lines }) => {
    const lastMs = source === 'hook' ? lastHeardMs : Date.parse(last_entry ?? '');
    const age = lastMs > 0 ? `last entry ${ageText(lastMs, nowMs)}` : 'no entry yet';
    return fine(`${NAMES[source] ?? source}: ${age}, ${countText(lines)} lines or payloads.`);
  });
  const health =
    sizeBytes > MAX_EXAMINED_BYTES
      ? note(
          'The store is too large to be examined for damage in passing.',
          'hall-monitor db check',
        )
      : ofExamination(examine(db));
  return [health, ...sources];
}

const NAMES: Readonly<Record<string, string>> = {
  transcript: 'Transcripts',
  hook: 'Hooks',
  telemetry: 'Telemetry',
};

function ofExamination({ ok, faults, size_bytes }: ReturnType<typeof examine>): Remark {
  return ok
    ? fine(`The store is sound: ${countText(size_bytes)} bytes.`)
    : fault(
        `The store is damaged: ${faults.slice(0, 3).join('; ')}.`,
        'hall-monitor db backup first, then hall-monitor db rebuild',
      );
}

function ofWriter({ collector, config }: Scene): readonly Remark[] {
  const { holder, answer } = collector;
  const url = collector.url ?? 'an address that the system chose';
  const who = holder?.holderPid === null || holder === null ? '' : ` (process ${holder.holderPid})`;
  if (answer.kind === 'collector' && holder !== null) {
    return answer.isReady
      ? [fine(`A collector${who} runs and is ready at ${url}.`)]
      : [
          warning(
            `The collector${who} at ${url} is not ready: ${answer.reasons.join(' ') || 'it does not say why.'}`,
            'Wait for the first reading to end; its log says more.',
          ),
        ];
  }
  if (answer.kind === 'collector') {
    return [
      warning(
        `A collector answers at ${url}, but it does not write to ${config.home}.`,
        'Give both the same HALL_MONITOR_HOME, or this one another HALL_MONITOR_PORT.',
      ),
    ];
  }
  const taken =
    answer.kind === 'nobody'
      ? []
      : [
          warning(
            `Another program listens at ${url}, so a collector cannot.`,
            `HALL_MONITOR_PORT=${config.port + 1} hall-monitor serve`,
          ),
        ];
  if (holder !== null) {
    const what = `Something${who} writes to the store, but no collector answers at ${url}:`;
    return [...taken, note(`${what} an import, or a collector with another port.`)];
  }
  return [
    ...taken,
    note('No collector runs; reports read what is new themselves.', 'hall-monitor serve'),
  ];
}
