import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { commandJson } from '../support/running-command.ts';
import type { Bench, Cost } from './bench.ts';
import { measureCommand, medianRatio, rounded, summary, withFolder } from './bench.ts';
import { benchCorpus } from './corpus.ts';

/** `db rebuild`, from the archive and then from the transcripts, beside reading the transcripts into an empty store. */
export const run: Bench = (options) =>
  withFolder(async (folder) => {
    const { claudeDir, answer } = benchCorpus(options, folder);
    const place = { home: join(folder, 'home'), claudeDir };
    await measureCommand(place, folder, 'import', '--json');
    await measureCommand(place, folder, 'archive', 'update');
    const totals = async (): Promise<string> =>
      JSON.stringify(await commandJson(place, 'report', 'model', '--no-sync'));
    const before = await totals();
    const empty = { home: join(folder, 'empty'), claudeDir };
    const rebuilds: Cost[] = [];
    const restores: Cost[] = [];
    const imports: Cost[] = [];
    let differences = 0;
    const pairs = options.isQuick ? 3 : 7;
    for (let pair = 0; pair <= pairs; pair++) {
      rmSync(empty.home, { recursive: true, force: true });
      const cold = await measureCommand(empty, folder, 'import', '--json');
      const rebuilt = await measureCommand(place, folder, 'db', 'rebuild', '--json');
      if ((await totals()) !== before) differences += 1;
      const restored = await measureCommand(place, folder, 'archive', 'restore', '--json');
      if ((await totals()) !== before) differences += 1;
      options.note(
        `pair ${pair} of ${pairs}: ${rounded(rebuilt.wallMs, 0)} ms, cold ${rounded(cold.wallMs, 0)} ms`,
      );
      if (pair === 0) continue;
      imports.push(cold);
      rebuilds.push(rebuilt);
      restores.push(restored);
    }
    return {
      corpus_mib: rounded(answer.bytes / 1024 / 1024),
      requests: answer.totals.requests,
      runs: pairs,
      ...summary('import', imports),
      ...summary('rebuild', rebuilds),
      ...summary('restore', restores),
      wall_ratio_to_import: medianRatio(rebuilds, imports, ({ wallMs }) => wallMs),
      cpu_ratio_to_import: medianRatio(rebuilds, imports, ({ cpuMs }) => cpuMs),
      differences_from_before: differences,
    };
  });
