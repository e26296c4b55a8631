import { join } from 'node:path';
import { readDashboards } from '../support/grafana/dashboard-panels.ts';
import { type AnsweredPanel, askPanel } from '../support/grafana/panel-answers.ts';
import type { RunningPrometheus } from '../support/running-prometheus.ts';
import { pageSize, sheetPage } from './page.ts';
import { shootPage } from './shoot.ts';

/** What is looked at: a week, hour by hour. */
const WEEK = { range: '7d', interval: '1h', rateInterval: '1h' };
const STEP_S = 3_600;
const WEEK_S = 7 * 86_400;

/** One dashboard, drawn. */
export interface Sheet {
  readonly title: string;
  /** Name of the picture. */
  readonly file: string;
  /** How many panels could be drawn, such as `7 of 7`. */
  readonly drawn: string;
}

/** Draws one dashboard after the other into a folder. */
export async function* drawSheets(
  prometheus: RunningPrometheus,
  folder: string,
): AsyncGenerator<Sheet> {
  const end = Date.now() / 1_000;
  const span = { start: end - WEEK_S, end, step: STEP_S };
  for (const { title, file: json, panels } of readDashboards(WEEK)) {
    const answered: AnsweredPanel[] = [];
    for (const panel of panels) answered.push(await askPanel(prometheus, panel, span));
    const file = json.replace(/\.json$/, '.png');
    const page = sheetPage(title, answered, span);
    const { drawn } = shootPage(page, join(folder, file), pageSize(answered));
    yield { title, file, drawn };
  }
}
