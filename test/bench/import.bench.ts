import { rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  commandLineDifferences,
  type ImportCounts,
  importDifferences,
} from '../support/corpus-answer.ts';
import type { Bench, Cost } from './bench.ts';
import {
  measure,
  measureCommand,
  median,
  medianRatio,
  rounded,
  summary,
  withFolder,
} from './bench.ts';
import { benchCorpus, ccusageDifferences } from './corpus.ts';

/** Reading all transcripts into an empty store, beside `ccusage daily` over the same files. */
export const run: Bench = (options) =>
  withFolder(async (folder) => {
    const { claudeDir, answer } = benchCorpus(options, folder);
    const place = { home: join(folder, 'home'), claudeDir };
    const ours: Cost[] = [];
    const theirs: Cost[] = [];
    const pairs = options.isQuick ? 3 : 7;
    // The first pair brings the files and programs into memory and is not counted.
    for (let pair = 0; pair <= pairs; pair++) {
      rmSync(place.home, { recursive: true, force: true });
      const mine = await measureCommand(place, folder, 'import', '--json');
      const other =
        options.ccusage === undefined
          ? undefined
          : await measure(
              [options.ccusage, 'daily', '--json', '--offline'],
              { CLAUDE_CONFIG_DIR: claudeDir, HOME: folder, TZ: 'UTC' },
              folder,
            );
      options.note(
        `pair ${pair} of ${pairs}: ${rounded(mine.wallMs, 0)} ms, ccusage ${other === undefined ? '-' : rounded(other.wallMs, 0)} ms`,
      );
      if (pair === 0) continue;
      ours.push(mine);
      if (other !== undefined) theirs.push(other);
    }
    const counts = JSON.parse(ours.at(-1)!.stdout) as ImportCounts & { duration_ms: number };
    const wrong = [
      ...importDifferences(answer, counts),
      ...(await commandLineDifferences(answer, place)),
    ];
    for (const difference of wrong) options.note(difference);
    const mib = answer.bytes / 1024 / 1024;
    return {
      corpus_mib: rounded(mib),
      files: answer.files,
      requests: answer.totals.requests,
      runs: pairs,
      ...summary('import', ours),
      import_mib_per_s: rounded(mib / (median(ours.map(({ wallMs }) => wallMs)) / 1000), 0),
      differences_from_answer: wrong.length,
      ...(theirs.length > 0 && {
        ...summary('ccusage', theirs),
        ccusage_differences_from_answer: ccusageDifferences(answer, theirs.at(-1)!.stdout).length,
        wall_ratio_to_ccusage: medianRatio(ours, theirs, ({ wallMs }) => wallMs),
        cpu_ratio_to_ccusage: medianRatio(ours, theirs, ({ cpuMs }) => cpuMs),
      }),
    };
  });
