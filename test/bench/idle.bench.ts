import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { liveLine, liveMessageId, liveSession } from '../support/corpus-live.ts';
import { startCollector } from '../support/running-server.ts';
import type { Bench } from './bench.ts';
import { pause, rounded, withFolder } from './bench.ts';

const LINES_PER_FILE = 4;
const FILES_PER_FOLDER = 100;
const MEBIBYTE = 1024 * 1024;

/** What a collector takes that has read everything, over many files of which none changes. */
export const run: Bench = ({ isQuick, note }) =>
  withFolder(async (folder) => {
    const files = isQuick ? 2000 : 10_000;
    const seconds = isQuick ? 10 : 60;
    const claudeDir = join(folder, 'claude');
    // Long ago, so that nothing is looked at more often because it may still be written to.
    const atMs = Date.now() - 7 * 86_400_000;
    for (let file = 0; file < files; file++) {
      const project = join(
        claudeDir,
        'projects',
        `-home-dev-project-${Math.floor(file / FILES_PER_FOLDER)}`,
      );
      if (file % FILES_PER_FOLDER === 0) mkdirSync(project, { recursive: true });
      const session = liveSession(file);
      const lines = Array.from({ length: LINES_PER_FILE }, (_, line) =>
        liveLine({
          messageId: liveMessageId(file * LINES_PER_FILE + line),
          session,
          atMs: atMs + line,
        }),
      );
      writeFileSync(join(project, `${session}.jsonl`), lines.join(''));
    }
    const server = await startCollector({ home: join(folder, 'home'), claudeDir });
    try {
      await server.ready();
      // What is left over from the first reading is no part of being idle.
      await pause(isQuick ? 2000 : 10_000);
      note(`${files} files read; waiting ${seconds} s`);
      const before = await processFigures(server);
      const startMs = performance.now();
      await pause(seconds * 1000);
      const after = await processFigures(server);
      const elapsedS = (performance.now() - startMs) / 1000;
      return {
        files,
        seconds,
        cpu_share_of_a_core_percent: rounded(
          ((after.cpuSeconds - before.cpuSeconds) / elapsedS) * 100,
          2,
        ),
        rss_mib: rounded(after.rssBytes / MEBIBYTE),
      };
    } finally {
      await server.stop();
    }
  });

async function processFigures(server: {
  readonly get: (path: string) => Promise<Response>;
}): Promise<{ readonly cpuSeconds: number; readonly rssBytes: number }> {
  const text = await (await server.get('/metrics')).text();
  const value = (name: string): number =>
    Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? 'NaN');
  return {
    cpuSeconds: value('process_cpu_seconds_total'),
    rssBytes: value('process_resident_memory_bytes'),
  };
}
