import { spawnSync } from 'node:child_process';
import { createReadStream, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Place } from '../support/running-command.ts';
import type { Bench, Figures } from './bench.ts';
import { measure, measureCommand, rounded, summary, withFolder } from './bench.ts';
import { writeYearStore } from './year-store.ts';

const END_MS = Date.UTC(2026, 10, 20);
const MEBIBYTE = 1024 * 1024;

const sizeOf = (path: string): number => {
  const stat = statSync(path);
  return stat.isFile()
    ? stat.size
    : readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
};

/** A year of metrics exported, and blocks made of it by promtool. */
export const run: Bench = ({ isQuick, note }) =>
  withFolder(async (folder) => {
    const figures: Record<string, Figures> = {};
    for (const projects of isQuick ? [4] : [4, 20]) {
      const home = join(folder, `home-${projects}`);
      note(`making a year of ${projects} projects`);
      writeYearStore({ home, projects, endMs: END_MS });
      figures[`${projects}_projects`] = await exportYear({ home, claudeDir: folder }, folder, note);
    }
    return figures;
  });

async function exportYear(
  place: Place,
  folder: string,
  note: (text: string) => void,
): Promise<Figures> {
  const file = join(folder, 'history.om');
  const until = new Date(END_MS).toISOString();
  const cost = await measureCommand(
    place,
    folder,
    ...`export openmetrics --no-sync --force --timezone UTC --until ${until} --out ${file}`.split(
      ' ',
    ),
  );
  const bytes = statSync(file).size;
  const { samples, series } = await countLines(file);
  note(`${series} series, ${samples} samples, ${rounded(bytes / MEBIBYTE)} MiB`);
  return {
    series,
    samples,
    file_mib: rounded(bytes / MEBIBYTE),
    bytes_per_sample: rounded(bytes / samples),
    ...summary('export', [cost]),
    ...(await blocksOf(file, { folder, samples })),
  };
}

/** Samples come series by series. */
async function countLines(file: string): Promise<{ samples: number; series: number }> {
  let [samples, series, last] = [0, 0, ''];
  for await (const line of createInterface({ input: createReadStream(file) })) {
    if (line.startsWith('#')) continue;
    samples += 1;
    const name = line.slice(0, line.lastIndexOf('}'));
    series += name === last ? 0 : 1;
    last = name;
  }
  return { samples, series };
}

/** What promtool makes of it; nothing where there is none. */
async function blocksOf(
  file: string,
  { folder, samples }: { readonly folder: string; readonly samples: number },
): Promise<Figures> {
  if (spawnSync('promtool', ['--version']).status !== 0) return {};
  const data = join(folder, `blocks-${samples}`);
  const args = ['tsdb', 'create-blocks-from', 'openmetrics', '-q', '--max-block-duration=744h'];
  const cost = await measure(['promtool', ...args, file, data], process.env, folder);
  const bytes = sizeOf(data);
  return {
    ...summary('promtool', [cost]),
    blocks_mib: rounded(bytes / MEBIBYTE),
    block_bytes_per_sample: rounded(bytes / samples, 2),
  };
}
