import { join } from 'node:path';
import type { Bench, Cost } from './bench.ts';
import { measure, measureCommand, medianRatio, summary, withFolder } from './bench.ts';
import { benchCorpus } from './corpus.ts';

/** `report daily` where nothing has changed since the last time, beside `ccusage daily` over the same files. */
export const run: Bench = (options) =>
  withFolder(async (folder) => {
    const { claudeDir, answer } = benchCorpus(options, folder);
    const place = { home: join(folder, 'home'), claudeDir };
    await measureCommand(place, folder, 'import', '--json');
    const ours: Cost[] = [];
    const theirs: Cost[] = [];
    const pairs = options.isQuick ? 3 : 9;
    for (let pair = 0; pair <= pairs; pair++) {
      const mine = await measureCommand(place, folder, 'report', 'daily', '--json');
      const other =
        options.ccusage === undefined
          ? undefined
          : await measure(
              [options.ccusage, 'daily', '--json', '--offline'],
              { CLAUDE_CONFIG_DIR: claudeDir, HOME: folder, TZ: 'UTC' },
              folder,
            );
      if (pair === 0) continue;
      ours.push(mine);
      if (other !== undefined) theirs.push(other);
    }
    return {
      files: answer.files,
      requests: answer.totals.requests,
      runs: pairs,
      ...summary('report', ours),
      ...(theirs.length > 0 && {
        ...summary('ccusage', theirs),
        wall_ratio_to_ccusage: medianRatio(ours, theirs, ({ wallMs }) => wallMs),
        cpu_ratio_to_ccusage: medianRatio(ours, theirs, ({ cpuMs }) => cpuMs),
      }),
    };
  });
