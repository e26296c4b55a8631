/** Writes every dashboard to `grafana/dashboards/`. */
import { writeFileSync } from 'node:fs';
import { dashboards } from './dashboards.ts';
import { jsonOf } from './json.ts';

for (const dashboard of dashboards()) {
  const name = dashboard.uid?.replace(/^hall-monitor-/, '') ?? '';
  writeFileSync(new URL(`../dashboards/${name}.json`, import.meta.url), jsonOf(dashboard));
}
