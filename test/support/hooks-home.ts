import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { vi } from 'vitest';
import { runCli } from '../../src/cli/run-cli.ts';

/** What a command printed and how it ended. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A person's folders for tests of `hall-monitor hooks`; nothing outside of them is read or written. */
export interface HooksHome {
  /** Everything below is in it. */
  readonly root: string;
  /** Data folder, and the spool in it. */
  readonly data: string;
  readonly spool: string;
  /** Settings files of each scope. */
  readonly user: string;
  readonly project: string;
  readonly local: string;
  readonly run: (args: string, env?: Readonly<Record<string, string>>) => Promise<Outcome>;
  /** Writes a file, and the folders it needs. */
  readonly write: (path: string, content: string | Uint8Array) => void;
  readonly read: (path: string) => string;
  readonly exists: (path: string) => boolean;
  readonly [Symbol.dispose]: () => void;
}

/** Makes the folders; commands run in a project beside the home folder. */
export function createHooksHome(): HooksHome {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'hall-monitor-hooks-')));
  const place = (...parts: readonly string[]): string => join(root, ...parts);
  const data = place('data');
  const project = place('project');
  mkdirSync(project);
  const cwd = vi.spyOn(process, 'cwd').mockReturnValue(project);
  const run = async (
    args: string,
    more: Readonly<Record<string, string>> = {},
  ): Promise<Outcome> => {
    let out = '';
    let err = '';
    const env = { HOME: place('home'), HALL_MONITOR_HOME: data, HALL_MONITOR_TIMEZONE: 'UTC' };
    const code = await runCli(['hooks', ...args.split(' ')], {
      env: { ...env, ...more },
      print: (text) => void (out += text),
      note: (text) => void (err += text),
      columns: 100,
      isInteractive: false,
      hasColour: false,
      nowMs: () => Date.parse('2026-11-20T09:07:00Z'),
    });
    return { code, out, err };
  };
  return {
    root,
    data,
    spool: join(data, 'spool'),
    user: place('home', '.claude', 'settings.json'),
    project: join(project, '.claude', 'settings.json'),
    local: join(project, '.claude', 'settings.local.json'),
    run,
    write: (path, content) => {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    },
    read: (path) => readFileSync(path, 'utf8'),
    exists: existsSync,
    [Symbol.dispose]: () => {
      cwd.mockRestore();
      rmSync(root, { recursive: true, force: true });
    },
  };
}
