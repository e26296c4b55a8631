// Writes the rules for Prometheus and for Grafana from grafana/definitions/rules.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { RULE_FILES } from '../grafana/definitions/rules/files.ts';

for (const { path, text } of RULE_FILES) {
  const target = join(import.meta.dirname, '..', path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text());
}
