import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const LIMIT_MS = 60_000;

/** Names under which Chromium is installed. */
export const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome'] as const;

/** What a page came to in a browser. */
export interface Shot {
  /** How many of its panels could be drawn, such as `7 of 7`. */
  readonly drawn: string;
}

/** Opens a page in a browser without a window and takes its picture. Throws where the browser does not do it. */
export function shootPage(
  page: string,
  png: string,
  [width, height]: readonly [number, number],
): Shot {
  const folder = mkdtempSync(join(tmpdir(), 'hall-monitor-sheet-'));
  try {
    const file = join(folder, 'page.html');
    writeFileSync(file, page);
    const { href } = pathToFileURL(file);
    const profile = `--user-data-dir=${join(folder, 'profile')}`;
    browse([profile, `--screenshot=${png}`, `--window-size=${width},${height}`, href]);
    const dom = browse([profile, '--dump-dom', `--window-size=${width},${height}`, href]);
    return { drawn: /<body data-drawn="([^"]*)"/.exec(dom)?.[1] ?? 'nothing' };
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function browse(args: readonly string[]): string {
  // What is opened is our own page, and in a container there is nothing for the sandbox to be made of.
  const options = ['--headless=new', '--no-sandbox', '--disable-gpu', '--hide-scrollbars'];
  const found = BROWSERS.map((name) =>
    spawnSync(name, [...options, ...args], {
      encoding: 'utf8',
      timeout: LIMIT_MS,
      maxBuffer: 256 * 1024 * 1024,
    }),
  ).find(({ error }) => error === undefined || !('code' in error) || error.code !== 'ENOENT');
  if (found === undefined) throw new Error(`None of ${BROWSERS.join(', ')} is installed.`);
  if (found.error !== undefined || found.status !== 0)
    throw found.error ?? new Error(`The browser ended with ${found.status}: ${found.stderr}`);
  return found.stdout;
}
