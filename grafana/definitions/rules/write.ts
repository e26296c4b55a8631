/** Writes the rules for Prometheus and for Grafana. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RULE_FILES } from './files.ts';

const ROOT = new URL('../../../', import.meta.url);

for (const { path, text } of RULE_FILES) {
  const target = fileURLToPath(new URL(path, ROOT));
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text());
}
