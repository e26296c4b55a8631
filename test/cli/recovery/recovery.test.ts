import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RecoveryHome } from './recovery-home.ts';

type State = ReturnType<RecoveryHome['state']>;

let full: RecoveryHome;
let before: State;
beforeAll(async () => {
  full = new RecoveryHome();
  await full.fill();
  before = full.state();
}, 60_000);
afterAll(() => full[Symbol.dispose]());

const overwrite = (file: string, offset: number, bytes: Buffer): void => {
  const all = readFileSync(file);
  bytes.copy(all, offset);
  writeFileSync(file, all);
};

const PAGE = 4096;
const DAMAGES: Readonly<Record<string, (home: RecoveryHome) => void>> = {
  'a page of zeros in the middle': ({ store }) =>
    overwrite(store, Math.floor(statSync(store).size / PAGE / 2) * PAGE, Buffer.alloc(PAGE)),
  'a header of zeros': ({ store }) => overwrite(store, 0, Buffer.alloc(100)),
  'a file of no bytes': ({ store }) => truncateSync(store, 0),
  'a file that is cut off': ({ store }) =>
    truncateSync(store, Math.floor(statSync(store).size / 2)),
  'no file at all': ({ store }) => rmSync(store),
  'text in place of it': ({ store }) => writeFileSync(store, 'not a store, '.repeat(1000)),
};

describe('a store that cannot be used', () => {
  it.each(Object.entries(DAMAGES))('is found and rebuilt: %s', async (_name, damage) => {
    // Without transcripts, the archive alone has to bring everything back.
    using home = full.copy({ hasTranscripts: false });
    damage(home);
    const was = existsSync(home.store) ? readFileSync(home.store) : null;
    const { code, err } = await home.run('import');
    expect(err).toContain('The store could not be used: ');
    expect(err).toContain('was rebuilt from');
    expect(code).toBe(0);
    expect(home.state()).toEqual(before);
    const aside = home.aside();
    expect(aside).toHaveLength(was === null ? 0 : 1);
    // What there was is kept to the byte.
    if (was !== null) expect(readFileSync(path.join(home.home, aside[0]!)).equals(was)).toBe(true);
    const second = await home.run('import');
    expect(second.err).not.toContain('could not be used');
    expect((await home.run('db check')).code).toBe(0);
  });

  const met = Object.entries({
    ...DAMAGES,
    'a page of zeros in the middle': ({ store }: RecoveryHome) => {
      const db = new Database(store, { readonly: true });
      const root = db
        .prepare<[], number>(`SELECT rootpage FROM sqlite_schema WHERE name = 'rollup_request'`)
        .pluck()
        .get();
      db.close();
      overwrite(store, (root! - 1) * PAGE, Buffer.alloc(PAGE));
    },
  });
  it.each(met)('is rebuilt by a report that meets it: %s', async (_name, damage) => {
    using home = full.copy({ hasTranscripts: false });
    const sound = await home.run('report session --json --no-sync');
    damage(home);
    const { code, out, err } = await home.run('report session --json');
    expect({ code, out }).toEqual({ code: 0, out: sound.out });
    expect(err).toContain('was rebuilt from');
    expect(home.state()).toEqual(before);
  });

  it('is named by db check, and no report makes figures of it', async () => {
    using home = full.copy({ hasTranscripts: false });
    overwrite(home.store, 0, Buffer.alloc(100));
    const check = await home.run('db check');
    expect(check.code).toBe(1);
    expect(check.out).toContain('file is not a database');
    expect(check.out).toContain('hall-monitor db rebuild');
    const report = await home.run('report session --json --no-sync');
    expect({ code: report.code, out: report.out }).toEqual({ code: 78, out: '' });
    expect(report.err).toContain('hall-monitor db rebuild');
  });

  it('comes back from an archive that was compressed with gzip', async () => {
    using home = full.copy({ hasTranscripts: false });
    rmSync(home.archive, { recursive: true });
    expect((await home.run('archive update --compat')).code).toBe(0);
    const files = readdirSync(home.archive, { recursive: true, encoding: 'utf8' });
    expect(files.some((file) => file.endsWith('.jsonl.gz'))).toBe(true);
    expect(files.filter((file) => file.endsWith('.zst'))).toEqual([]);
    expect((await home.run('archive verify')).code).toBe(0);
    rmSync(home.store);
    expect((await home.run('import')).err).toContain('was rebuilt from');
    expect(home.state()).toEqual(before);
  });

  it('comes back without what the archive lost, and that is said', async () => {
    using home = full.copy({ hasTranscripts: false });
    const requests = path.join(home.home, 'archive', 'requests');
    const day = readdirSync(requests).find((file) => /^\d{4}-/.test(file));
    rmSync(path.join(requests, day!));
    rmSync(home.store);
    const { err } = await home.run('import');
    expect(err).toContain('Of the archive, 1 of its files are missing.');
  });

  it('is one whose log of commits was cut off, so that the archive knows more than it', async () => {
    using home = full.copy({ hasTranscripts: false });
    const early = path.join(home.root, 'early.db');
    // What a lost end of the log leaves: the store as it was before.
    const db = new Database(home.store);
    db.exec(`VACUUM INTO '${early}'`);
    db.close();
    const cut = new Database(early);
    cut.pragma('foreign_keys = OFF');
    cut.exec('DELETE FROM event WHERE seq > 50; DELETE FROM request; DELETE FROM total_request');
    cut.close();
    renameSync(early, home.store);
    const { err } = await home.run('import');
    expect(err).toContain('has been archived');
    expect(home.state()).toEqual(before);
  });

  it('is filled from transcripts where there is no archive, and that is said', async () => {
    using home = full.copy();
    rmSync(home.archive, { recursive: true });
    overwrite(home.store, 0, Buffer.alloc(100));
    const { code, err } = await home.run('import');
    expect(code).toBe(0);
    expect(err).toContain('There is no archive');
    expect(home.aside()).toHaveLength(1);
    expect(home.state()['total_request']).toEqual(before['total_request']);
  });

  it('does not look at a store from end to end that was closed whole', async () => {
    using home = full.copy();
    // The copy is another file to the system.
    await home.run('import');
    const mark = readFileSync(path.join(home.home, 'store.clean'), 'utf8');
    const { err } = await home.run('import');
    expect(err).toBe('');
    expect(JSON.parse(mark)).toEqual(expect.arrayContaining([statSync(home.store).size]));
  });
});

describe('hall-monitor archive restore', () => {
  it('brings everything back under the same ids, and what transcripts tell again counts nothing twice', async () => {
    using home = full.copy();
    const { code, out } = await home.run('archive restore --json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ rejected_lines: 0, damaged_files: [] });
    expect(home.state()).toEqual(before);
    // Positions and counts of what was read come back too, so that nothing has to be read again.
    expect(home.reading()).toEqual(full.reading());
    expect(JSON.parse((await home.run('import --json')).out)).toMatchObject({ read_files: 0 });
    home.forgetPositions();
    expect(JSON.parse((await home.run('import --json')).out)).not.toMatchObject({ read_files: 0 });
    const after = home.state();
    expect(after['request']).toEqual(before['request']);
    expect(after['total_request']).toEqual(before['total_request']);
    expect(after['total_tool']).toEqual(before['total_tool']);
    expect(after['rollup_request']).toEqual(before['rollup_request']);
    // The archive goes on where it was.
    const updated = await home.run('archive update --json');
    expect(updated.err).toBe('');
    expect((await home.run('archive verify')).code).toBe(0);
  });

  it.each(['archive restore', 'db rebuild'])(
    'lets exporters go on where they were, so that nothing stays untold (%s)',
    async (command) => {
      using home = full.copy();
      home.setCursor('otlp-logs', 5, 1_000);
      await home.run(command);
      expect(home.cursors()).toEqual([{ exporter: 'otlp-logs', seq: 5, since_ms: 1_000 }]);
      // Nothing lies beside the old store that was not there.
      const [aside] = home.aside();
      expect([home.has(`${aside}-wal`), home.has(`${aside}-shm`)]).toEqual([false, false]);
    },
  );

  it('does not take cursors from a store that the archive is not of', async () => {
    using home = full.copy();
    home.setCursor('otlp-logs', 5, 1_000);
    const db = new Database(home.store);
    db.exec(`UPDATE store_identity SET id = 'another'`);
    db.close();
    await home.run('archive restore');
    expect(home.cursors()).toEqual([]);
  });

  it('uses what is left of a damaged archive, says what was damaged, and never crashes', async () => {
    using home = full.copy();
    const requests = path.join(home.archive, 'requests');
    const stored = readdirSync(requests).find((file) => file.endsWith('.jsonl.zst'))!;
    const day = stored.replace('.zst', '');
    const file = path.join(requests, day);
    const lines = zstdDecompressSync(readFileSync(path.join(requests, stored)))
      .toString('utf8')
      .split('\n');
    rmSync(path.join(requests, stored));
    const hostile = [
      '{"id":"req_x","revision":0,"seq":1}',
      '[]',
      'null',
      '"text"',
      '{"__proto__":{"polluted":true}}',
      '\u0000\u0001',
      lines[0]!.replace(/"input_tokens":\d+/, '"input_tokens":1e99'),
      lines[0]!.replace(/"timestamp":"[^"]*"/, '"timestamp":"yesterday"'),
      lines[0]!.slice(0, 40),
    ];
    writeFileSync(file, [...hostile, ...lines.slice(1)].join('\n'));
    appendFileSync(file, '{"id":"half');
    symlinkSync('/etc/passwd', path.join(requests, '2020-01-01.jsonl'));
    writeFileSync(path.join(requests, '2020-01-02.jsonl.zst'), 'no such compression');
    writeFileSync(path.join(requests, '..jsonl'), lines[0]!);
    const { code, out } = await home.run('archive restore --json');
    expect(code).toBe(1);
    const told = JSON.parse(out) as { rejected_lines: number; damaged_files: string[] };
    expect(told.rejected_lines).toBe(hostile.length);
    expect(told.damaged_files).toEqual(
      expect.arrayContaining([`requests/${day}`, 'requests/2020-01-02.jsonl.zst']),
    );
    expect(home.state()['request']!.length).toBe(before['request']!.length - 1);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    // The transcript still has what the damaged line said, so all of them are read again.
    expect(home.reading().positions.every((position) => position === '')).toBe(true);
    await home.run('import');
    expect(home.state()['total_request']).toEqual(before['total_request']);
  });

  it('reads an archive from elsewhere into a store of its own', async () => {
    using home = full.copy();
    const other = new RecoveryHome();
    try {
      const { code } = await other.run(`archive restore --from ${home.archive}`);
      expect(code).toBe(0);
      expect(other.state()).toEqual(before);
      const idOf = ({ store }: RecoveryHome): unknown => {
        const db = new Database(store, { readonly: true });
        try {
          return db.prepare('SELECT id FROM store_identity').pluck().get();
        } finally {
          db.close();
        }
      };
      expect(idOf(other)).not.toBe(idOf(home));
    } finally {
      other[Symbol.dispose]();
    }
  });

  it('changes nothing where there is no archive', async () => {
    using home = full.copy();
    const was = readFileSync(home.store);
    const { code, err } = await home.run('archive restore --from /nowhere');
    expect(code).toBe(1);
    expect(err).toContain('There is no archive in /nowhere');
    expect(readFileSync(home.store).equals(was)).toBe(true);
    expect(home.aside()).toEqual([]);
  });

  it('is begun anew where one was killed half-way', async () => {
    using home = full.copy();
    await home.run('import');
    const half = path.join(home.home, 'restoring');
    mkdirSync(half);
    copyFileSync(home.store, path.join(half, 'hall-monitor.db'));
    writeFileSync(path.join(half, 'hall-monitor.db-wal'), 'half');
    expect((await home.run('archive restore')).code).toBe(0);
    expect(home.has('restoring')).toBe(false);
    expect(home.state()).toEqual(before);
  });
});

describe('hall-monitor db rebuild', () => {
  it('takes the archive first and then the transcripts', async () => {
    using home = full.copy();
    const { code, err } = await home.run('db rebuild --json');
    expect(code).toBe(0);
    expect(err).toContain('lines in');
    const after = home.state();
    for (const table of [
      'request',
      'tool_call',
      'occurrence',
      'total_request',
      'total_tool',
      'activity',
    ])
      expect(after[table]).toEqual(before[table]);
    expect(home.aside()).toHaveLength(1);
  });
});
