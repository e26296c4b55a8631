import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { commandJson, type Place, runCommand } from '../support/running-command.ts';
import type { Bench, Figures } from './bench.ts';
import { rounded, withFolder } from './bench.ts';
import { benchCorpus } from './corpus.ts';
import { writeLargeStore } from './large-store.ts';

const STORE = 'hall-monitor.db';

/** Tables by what they are for. */
const TABLES: Readonly<Record<string, RegExp>> = {
  rows: /^(?:request|tool_call|occurrence)$/,
  log: /^event$/,
  indexes: /_(?:key|at|session|plan|pull_request|last)$/,
  rollups: /^(?:rollup|total)_/,
};

/** Bytes that one event takes, in each form that events are kept or handed on in. */
export const run: Bench = (options) =>
  withFolder(async (folder) => {
    const { claudeDir, answer } = benchCorpus(options, folder);
    const place = { home: join(folder, 'home'), claudeDir };
    await commandJson(place, 'import');
    const events = countEvents(place);
    const file = join(folder, 'entries.jsonl');
    await runCommand(place, 'export', 'jsonl', '--no-sync', '--out', file);
    const lines = readFileSync(file);
    const each = (bytes: number): number => rounded(bytes / events);
    await runCommand(place, 'archive', 'update');
    const days = readDays(join(place.home, 'archive'));
    const archived = (size: (day: Buffer) => number): number =>
      each(days.reduce((sum, day) => sum + size(day), 0));
    return {
      events,
      events_per_request: rounded(events / answer.totals.requests, 2),
      transcript_bytes_per_event: each(answer.bytes),
      store_bytes_per_event: each(statSync(join(place.home, STORE)).size),
      store_parts: partsOf(place, events),
      jsonl_bytes_per_event: each(lines.length),
      jsonl_gzip_bytes_per_event: each(gzipSync(lines).length),
      jsonl_zstd_bytes_per_event: each(zstdCompressSync(lines).length),
      archive_bytes_per_event: archived((day) => day.length),
      archive_zstd_bytes_per_event: archived((day) => zstdCompressSync(day).length),
      ...largeStore(folder, options.isQuick ? 100_000 : 1_000_000),
    };
  });

const open = ({ home }: Pick<Place, 'home'>): Database.Database =>
  new Database(join(home, STORE), { readonly: true });

/** The plain lines of every day file of an archive, however it is kept. */
function readDays(root: string): readonly Buffer[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.includes('.jsonl') && !file.endsWith('manifest.jsonl'))
    .map((file) => {
      const bytes = readFileSync(join(root, file));
      return file.endsWith('.zst') ? zstdDecompressSync(bytes) : bytes;
    });
}

/** Entries and plan events; the log has lines that only the archive is told, too. */
function countEvents(place: Place): number {
  const db = open(place);
  try {
    return db.prepare<[], number>('SELECT count(*) FROM event WHERE kind <= 3').pluck().get() ?? 0;
  } finally {
    db.close();
  }
}

/** Where the bytes of the store are. */
function partsOf(place: Place, events: number): Figures {
  const db = open(place);
  try {
    const sizes = db
      .prepare<[], { name: string; bytes: number }>(
        'SELECT name, sum(pgsize) AS bytes FROM dbstat GROUP BY name',
      )
      .all();
    const parts = new Map<string, number>();
    for (const { name, bytes } of sizes) {
      const part = Object.keys(TABLES).find((one) => TABLES[one]?.test(name)) ?? 'other';
      parts.set(part, (parts.get(part) ?? 0) + bytes);
    }
    return Object.fromEntries(
      [...parts].map(([part, bytes]) => [`${part}_bytes_per_event`, rounded(bytes / events)]),
    );
  } finally {
    db.close();
  }
}

/** A store whose requests all have full rows and the keys of the real client. */
function largeStore(folder: string, requests: number): Figures {
  const home = join(folder, 'large');
  mkdirSync(home);
  writeLargeStore({ home, requests, nowMs: Date.UTC(2026, 10, 20) });
  const bytes = statSync(join(home, STORE)).size;
  return {
    large_requests: requests,
    large_store_mib: rounded(bytes / 1024 / 1024, 0),
    large_store_bytes_per_event: rounded(bytes / (requests * 1.5)),
  };
}
