/**
 * Draws every dashboard as a picture, with what a real Prometheus answers over a month in which everything happens:
 * `npm run contact-sheet -- <folder>`. Needs Prometheus and Chromium.
 */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { watchCollector } from '../support/grafana/watched-collector.ts';
import { temporaryFolder } from '../support/running-command.ts';
import { drawSheets } from './sheets.ts';

const out = resolve(process.argv[2] ?? 'contact-sheet');
mkdirSync(out, { recursive: true });
const { folder, remove } = temporaryFolder();
try {
  process.stderr.write(
    'A month is invented, read and given to Prometheus; that takes a minute …\n',
  );
  const watched = await watchCollector(folder, { days: 31, mb: 24 });
  try {
    for await (const { file, title, drawn } of drawSheets(watched.prometheus, out))
      process.stderr.write(`${title}: ${drawn} panels in ${join(out, file)}\n`);
  } finally {
    await watched.stop();
  }
} finally {
  remove();
}
