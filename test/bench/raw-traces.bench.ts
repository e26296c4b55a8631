import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Keeper } from '../../exporters/raw-traces/keeper.ts';
import { realRoots } from '../../exporters/raw-traces/open-transcript.ts';
import { openRawTraces, RAW_TRACES_FILE } from '../../exporters/raw-traces/trace-file.ts';
import { redactLines } from '../../src/records/redaction.ts';
import { makeHome } from '../../src/store/open.ts';
import type { Bench } from './bench.ts';
import { median, rounded, withFolder } from './bench.ts';
import { benchCorpus } from './corpus.ts';

const MIB = 1024 * 1024;

const transcriptsBelow = (claudeDir: string): readonly string[] =>
  readdirSync(join(claudeDir, 'projects'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => join(claudeDir, 'projects', name));

/** Keeping all transcripts with their columns: how much smaller they become, and how fast, redaction included. */
export const run: Bench = (options) =>
  withFolder(async (folder) => {
    const { claudeDir } = benchCorpus(options, folder);
    const files = transcriptsBelow(claudeDir);
    const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
    const times: number[] = [];
    const cpuTimes: number[] = [];
    let sizeBytes = 0;
    let lines = 0;
    const runs = options.isQuick ? 3 : 5;
    for (let round = 0; round < runs; round++) {
      const home = join(folder, `home-${round}`);
      makeHome(home);
      const db = openRawTraces(home);
      const roots = realRoots([claudeDir]);
      const keeper = new Keeper({ db, roots: () => roots, now: Date.now, count: () => undefined });
      const startMs = performance.now();
      const startCpu = process.cpuUsage();
      for (const file of files) await keeper.keep(file, new AbortController().signal);
      times.push(performance.now() - startMs);
      const { user, system } = process.cpuUsage(startCpu);
      cpuTimes.push((user + system) / 1000);
      lines = Number(db.prepare('SELECT count(*) FROM line').pluck().get());
      db.pragma('wal_checkpoint(TRUNCATE)');
      db.close();
      sizeBytes = statSync(join(home, RAW_TRACES_FILE)).size;
      options.note(`round ${round + 1} of ${runs}: ${rounded(times.at(-1)!, 0)} ms`);
    }
    return {
      corpus_mib: rounded(bytes / MIB),
      files: files.length,
      lines,
      kept_mib: rounded(sizeBytes / MIB),
      ratio: rounded(bytes / sizeBytes, 2),
      bytes_per_line: rounded(sizeBytes / lines, 0),
      keep_mib_per_s: rounded(bytes / MIB / (median(times) / 1000)),
      keep_mib_per_cpu_s: rounded(bytes / MIB / (median(cpuTimes) / 1000)),
      redact_mib_per_s: rounded(redactionSpeed(files)),
    };
  });

const redactionSpeed = (files: readonly string[]): number => {
  let tookMs = 0;
  let bytes = 0;
  for (const file of files) {
    const text = readFileSync(file).toString('latin1');
    const startMs = performance.now();
    redactLines(text);
    tookMs += performance.now() - startMs;
    bytes += text.length;
  }
  return bytes / MIB / (tookMs / 1000);
};
