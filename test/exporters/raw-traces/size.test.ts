import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RAW_TRACES_FILE } from '../../../exporters/raw-traces/trace-file.ts';
import { writeCorpus } from '../../support/corpus-generator.ts';
import { needs } from '../../support/offers.ts';
import { RawTracesHome } from '../../support/raw-traces-home.ts';

let home: RawTracesHome;
beforeEach(() => {
  home = new RawTracesHome();
});
afterEach(() => home[Symbol.dispose]());

describe('raw traces', () => {
  it('take at most a seventh of the transcripts, columns and indexes included', async () => {
    writeCorpus(home.claudeDir, { mb: 12, seed: 3 });
    const files = readdirSync(home.projects, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.jsonl'))
      .map((name) => path.join(home.projects, name));
    const { signal } = new AbortController();
    let bytes = 0;
    for (const file of files) {
      await home.keeper.keep(file, signal);
      bytes += statSync(file).size;
    }
    expect(bytes / home.sizeBytes()).toBeGreaterThan(7);
  }, 60_000);

  it('are searched by session, and by time in blocks, not line by line', () => {
    const planOf = (sql: string): string =>
      (home.db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as { detail: string }[])
        .map(({ detail }) => detail)
        .join('; ');
    const plan = planOf(
      `SELECT l.position FROM file_session s JOIN line l ON l.file = s.file WHERE s.session = 'x'`,
    );
    expect(plan).toContain('SEARCH s USING PRIMARY KEY (session=?)');
    expect(plan).toContain('SEARCH l USING PRIMARY KEY (file=?)');
    expect(planOf('SELECT id FROM block WHERE last_at_ms < 1')).toContain('block_last_at');
    expect(planOf('SELECT DISTINCT file FROM block WHERE is_settled = 0')).toContain(
      'block_unsettled',
    );
  });

  needs('posix')('can be read by their owner alone, whatever the umask', async () => {
    const before = process.umask(0);
    try {
      using open = new RawTracesHome();
      open.write('s.jsonl', { type: 'user' });
      await open.keep('s.jsonl');
      const files = readdirSync(open.home).filter((name) => name.startsWith(RAW_TRACES_FILE));
      expect(files.length).toBeGreaterThan(1);
      for (const name of files)
        expect(statSync(path.join(open.home, name)).mode & 0o777).toBe(0o600);
    } finally {
      process.umask(before);
    }
  });
});
