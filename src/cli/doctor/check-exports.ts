import { deadLetters } from '../../rollups/dead-letters.ts';
import { countText } from '../figures.ts';
import { ageText } from './age-text.ts';
import { warning, type Check, type Remark } from './finding.ts';
import type { Scene } from './scene.ts';

/** Whether what exporters send arrives. */
export const checkExports: Check = {
  area: 'exports',
  run: (scene) => [...ofCollector(scene), ...ofDeadLetters(scene)],
};

function ofCollector({ collector: { answer } }: Scene): readonly Remark[] {
  return answer.kind === 'collector' ? answer.warnings.map((text) => warning(text)) : [];
}

function ofDeadLetters({ store: { db }, nowMs }: Scene): readonly Remark[] {
  if (db === null) return [];
  return deadLetters(db).map(({ exporter, count, lastAtMs, lastReason }) =>
    warning(
      `The far side of ${exporter} refused ${countText(count)} entries for good, the last ${ageText(lastAtMs, nowMs)}: ${lastReason}`,
      REPLAYS[exporter],
    ),
  );
}

/** How what was refused is sent once more, by the name of the exporter. */
const REPLAYS: Readonly<Record<string, string>> = {
  clickhouse: 'hall-monitor export replay clickhouse',
};
