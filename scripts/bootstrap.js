// Brings the dependencies up to date before `npm start`, `npm test` and the like, so that a fresh
// clone needs no other step. Plain JavaScript without dependencies: it runs on Node 18, before the
// pinned Node is there. Says nothing when there is nothing to do.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, delimiter, dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const stampFile = join(modules, '.hall-monitor-stamp');
const pinnedNode = join(modules, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

const say = (line) => process.stderr.write(`hall-monitor: ${line}\n`);

/** Text of a file, undefined where there is none. */
const textOf = (file) => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
};

/** What node_modules must fit: the lock file, the platform and the processor. */
const stampOf = (lockText) => `${process.platform} ${process.arch}\n${lockText}`;

/** Whether npm's own record of what it installed holds every package of the lock file. */
const isInstalled = (lockText) => {
  const recordText = textOf(join(modules, '.package-lock.json'));
  if (recordText === undefined) return false;
  try {
    const installed = JSON.parse(recordText).packages;
    return Object.entries(JSON.parse(lockText).packages).every(
      ([path, wanted]) =>
        path === '' ||
        (installed[path] === undefined
          ? wanted.optional === true
          : installed[path].version === wanted.version),
    );
  } catch {
    return false;
  }
};

/** The environment without node_modules/.bin: npm must not run on the Node it is about to replace. */
const outsideEnvironment = () => {
  const env = { ...process.env };
  const key = Object.keys(env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
  env[key] = (env[key] ?? '')
    .split(delimiter)
    .filter((folder) => !folder.startsWith(modules + sep))
    .join(delimiter);
  return env;
};

/** The npm that runs this script, or the one on the PATH. */
const npmCommand = () => {
  const { npm_execpath: script = '', npm_node_execpath: node = '' } = process.env;
  const isUsable =
    basename(script) === 'npm-cli.js' &&
    !script.startsWith(modules + sep) &&
    existsSync(script) &&
    existsSync(node) &&
    !node.startsWith(modules + sep);
  return isUsable
    ? { command: node, first: [script], shell: false }
    : { command: 'npm', first: [], shell: process.platform === 'win32' };
};

/** Runs npm with its output on stderr, so that stdout stays clean; returns what went wrong, if anything. */
const npm = (...args) => {
  const { command, first, shell } = npmCommand();
  const done = spawnSync(command, [...first, ...args], {
    cwd: root,
    env: outsideEnvironment(),
    stdio: ['ignore', 2, 2],
    shell,
  });
  if (done.error !== undefined) return done.error.message;
  return done.status === 0 ? undefined : `it ended with ${done.signal ?? `code ${done.status}`}`;
};

const fail = (what, todo) => {
  say(what);
  say(todo);
  process.exit(1);
};

/** Whether this Node can run the project itself, without the pinned one. */
const isRecent = () => {
  const [major, minor] = process.versions.node.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 19);
};

const pinnedRuns = () =>
  existsSync(pinnedNode) && spawnSync(pinnedNode, ['-v'], { stdio: 'ignore' }).status === 0;

/** The one install script we need: the `node` package fetches the program for this platform. */
const ensureNode = () => {
  if (pinnedRuns()) return;
  const trouble = npm('rebuild', 'node', '--ignore-scripts=false', '--loglevel=error');
  if (pinnedRuns()) return;
  if (!isRecent()) {
    fail(
      `Cannot fetch the pinned Node.js${trouble === undefined ? '' : `: npm rebuild node failed, ${trouble}`}.`,
      'Install Node.js 22.19 or newer (https://nodejs.org) and try again.',
    );
  }
  // What cannot run here must not stand before the working Node in the PATH of npm scripts.
  for (const name of ['node', 'node.cmd', 'node.ps1']) {
    rmSync(join(modules, '.bin', name), { force: true });
  }
  say(`the pinned Node.js does not run here; going on with ${process.versions.node}.`);
};

const install = (lockText) => {
  const why = existsSync(modules) ? 'package-lock.json has changed' : 'node_modules is missing';
  say(`${why}; running npm ci (about 15 seconds with a warm cache) …`);
  // Without install scripts: an old npm would else look for a compiler for better-sqlite3, which
  // brings its binaries along.
  const trouble = npm(
    'ci',
    '--include=dev',
    '--include=optional',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  );
  if (trouble !== undefined) {
    fail(
      `Cannot install the dependencies: npm ci failed, ${trouble}.`,
      'Check the network and `npm config get registry`, then run `npm ci` to see its full output.',
    );
  }
  ensureNode();
  say('dependencies are in place.');
  writeFileSync(stampFile, stampOf(lockText));
};

const lockText = textOf(join(root, 'package-lock.json'));
if (lockText === undefined) {
  fail(
    `Cannot read ${join(root, 'package-lock.json')}.`,
    'Run this in a complete clone of the repository.',
  );
}
if (textOf(stampFile) !== stampOf(lockText)) {
  if (isInstalled(lockText)) {
    ensureNode();
    writeFileSync(stampFile, stampOf(lockText));
  } else {
    install(lockText);
  }
}
