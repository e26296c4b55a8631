import { cpSync, existsSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { runCli } from '../../../src/cli/run-cli.ts';
import { STORE_FILE } from '../../../src/store/open.ts';
import { writeCorpus } from '../../support/corpus-generator.ts';
import { wholeStateOf } from '../../pipeline/restore/whole-state.ts';

/** What a command printed and how it ended. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A store of invented transcripts with an archive beside it, and commands on them. */
export class RecoveryHome implements Disposable {
  readonly root = realpathSync(mkdtempSync(path.join(tmpdir(), 'hall-monitor-recovery-')));
  /** Transcripts; those of another home where this is a copy of it. */
  readonly claudeDir: string;
  readonly home = path.join(this.root, 'home');
  readonly store = path.join(this.home, STORE_FILE);
  readonly archive = path.join(this.home, 'archive');

  constructor(claudeDir?: string) {
    this.claudeDir = claudeDir ?? path.join(this.root, 'claude');
  }

  /** Writes the transcripts, reads them, and archives what was read. */
  async fill(): Promise<void> {
    writeCorpus(this.claudeDir, { mb: 1, days: 3 });
    await this.run('import');
    await this.run('archive update');
  }

  /** Another home with the same store and archive; it reads the same transcripts, or none. */
  copy({ hasTranscripts = true } = {}): RecoveryHome {
    const other = new RecoveryHome(hasTranscripts ? this.claudeDir : undefined);
    cpSync(this.home, other.home, { recursive: true, preserveTimestamps: true });
    return other;
  }

  async run(args: string, env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
    let [out, err] = ['', ''];
    const code = await runCli(args.split(' '), {
      env: {
        HOME: this.root,
        HALL_MONITOR_HOME: this.home,
        HALL_MONITOR_CLAUDE_DIRS: this.claudeDir,
        HALL_MONITOR_TIMEZONE: 'UTC',
        ...env,
      },
      print: (text) => void (out += text),
      note: (text) => void (err += text),
      columns: 100,
      isInteractive: false,
      hasColour: false,
      nowMs: Date.now,
    });
    return { code, out, err };
  }

  /** Everything in the store that an archive brings back, but the log, which goes on under other numbers. */
  state(): Readonly<Record<string, readonly string[]>> {
    const db = new Database(this.store, { readonly: true });
    try {
      const { log: _log, ...state } = wholeStateOf(db);
      return state;
    } finally {
      db.close();
    }
  }

  /** How far everything was read, and the counts of that. */
  reading(): { readonly positions: readonly string[]; readonly tallies: readonly unknown[] } {
    const db = new Database(this.store, { readonly: true });
    try {
      return {
        positions: db
          .prepare<[], string>('SELECT position FROM origin ORDER BY path')
          .pluck()
          .all(),
        tallies: db.prepare('SELECT * FROM tally WHERE value <> 0 ORDER BY name, label').all(),
      };
    } finally {
      db.close();
    }
  }

  /** How far exporters have got in the log, by their names. */
  cursors(): readonly unknown[] {
    const db = new Database(this.store, { readonly: true });
    try {
      return db
        .prepare(`SELECT exporter, seq, since_ms FROM export_cursor WHERE exporter <> 'archive'`)
        .all();
    } finally {
      db.close();
    }
  }

  /** Lets an exporter be somewhere in the log. */
  setCursor(exporter: string, seq: number, sinceMs: number): void {
    const db = new Database(this.store);
    db.prepare('INSERT INTO export_cursor (exporter, seq, since_ms) VALUES (?, ?, ?)').run(
      exporter,
      seq,
      sinceMs,
    );
    db.close();
  }

  /** Makes everything be read again from its beginning. */
  forgetPositions(): void {
    const db = new Database(this.store);
    db.exec(`UPDATE origin SET position = '', lines = 0, bytes = 0`);
    db.close();
  }

  /** What the store was put aside as, without what belongs to it. */
  aside(): readonly string[] {
    return readdirSync(this.home).filter((file) => /^hall-monitor\.db\.2.*\d(?:Z)?$/.test(file));
  }

  has(file: string): boolean {
    return existsSync(path.join(this.home, file));
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
