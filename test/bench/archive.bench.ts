import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { archiveFiles } from '../../exporters/archive/archive-files.ts';
import { archiveIn, type ArchiveDeps } from '../../exporters/archive/index.ts';
import { verifyArchive } from '../../exporters/archive/verify-archive.ts';
import { DEFAULTS } from '../../src/config/defaults.ts';
import { silentLog } from '../../src/runtime/log.ts';
import { createReader } from '../../src/store/reader.ts';
import type { Bench, Figures } from './bench.ts';
import { measureCommand, rounded, withFolder } from './bench.ts';
import { benchCorpus } from './corpus.ts';
import { writeLargeStore } from './large-store.ts';

const MEBIBYTE = 1024 * 1024;

/** How fast a store is archived, and how much less its archive takes than the transcripts that it came from. */
export const run: Bench = (options) =>
  withFolder(async (folder) => {
    const { claudeDir } = benchCorpus(options, folder);
    const home = join(folder, 'home');
    await measureCommand({ home, claudeDir }, folder, 'import', '--json');
    const transcriptBytes = bytesBelow(join(claudeDir, 'projects'));
    const {
      plain_bytes: plainBytes,
      closed_bytes: closedBytes,
      ...figures
    } = await archived(home, join(folder, 'archive'));
    const large = join(folder, 'large');
    const requests = options.isQuick ? 100_000 : 1_000_000;
    options.note(`making a store of ${requests} requests`);
    writeLargeStore({ home: large, requests, nowMs: Date.now() });
    const backlog = await archived(large, join(folder, 'large-archive'));
    return {
      transcripts_mib: rounded(transcriptBytes / MEBIBYTE),
      ...figures,
      transcripts_to_plain: rounded(transcriptBytes / plainBytes),
      transcripts_to_closed: rounded(transcriptBytes / closedBytes),
      ...Object.fromEntries(Object.entries(backlog).map(([key, value]) => [`large_${key}`, value])),
    };
  });

const bytesBelow = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);

/** Archives a store, closes and compresses all of it, and verifies what there is then. */
const archived = async (
  storeHome: string,
  home: string,
): Promise<Figures & { readonly plain_bytes: number; readonly closed_bytes: number }> => {
  mkdirSync(home);
  const reader = createReader(join(storeHome, 'hall-monitor.db'));
  const timed = async (work: () => Promise<unknown>): Promise<number> => {
    const startMs = performance.now();
    await work();
    return performance.now() - startMs;
  };
  try {
    let lines = 0;
    const deps: ArchiveDeps = {
      reader,
      home,
      log: silentLog,
      cursors: { load: () => null, save: async () => undefined },
      now: Date.now,
      count: (name, _label, by = 1) => void (lines += name === 'exported' ? by : 0),
    };
    const archive = await archiveIn({ ...DEFAULTS.archive, compressAfterDays: 0 }, deps);
    const drainMs = await timed(async () => {
      while (await archive.advance());
    });
    const plainBytes = bytesBelow(home);
    const closeMs = await timed(() => archive.look(true));
    const root = join(home, 'archive');
    const verifyMs = await timed(() => verifyArchive(archiveFiles, root));
    return {
      lines,
      drain_lines_per_s: rounded((lines * 1000) / drainMs, 0),
      close_ms: rounded(closeMs, 0),
      verify_ms: rounded(verifyMs, 0),
      peak_rss_mib: rounded(process.resourceUsage().maxRSS / 1024),
      plain_bytes: plainBytes,
      closed_bytes: bytesBelow(home),
    };
  } finally {
    reader.close();
  }
};
