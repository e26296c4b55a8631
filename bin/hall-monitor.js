#!/usr/bin/env node
// The launcher: sees to a Node that is new enough, turns on the compile cache, then hands over to
// the command line in src/ (a clone) or dist/ (the published package). Must parse on Node 18.
import { existsSync, readFileSync } from 'node:fs';
import module from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const pathTo = (relative) => fileURLToPath(new URL(relative, import.meta.url));

/** Whether a version such as 24.21.0 is 22.19 or newer. */
const isRecent = (version) => {
  const [major, minor] = version.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 19);
};

/** The Node that `npm ci` put into node_modules, where it is there and new enough. */
const pinnedNode = () => {
  const program = pathTo(
    `../node_modules/node/bin/node${process.platform === 'win32' ? '.exe' : ''}`,
  );
  if (!existsSync(program)) return undefined;
  const { version } = JSON.parse(readFileSync(pathTo('../node_modules/node/package.json'), 'utf8'));
  return isRecent(version) ? program : undefined;
};

const refuse = (why, todo) => {
  process.stderr.write(`hall-monitor: ${why}\n${todo}\n`);
  process.exit(78);
};

const needsNode =
  'Hall Monitor needs Node.js 22.19 or newer. Install it from https://nodejs.org, ' +
  'or run `npm ci` in a clone, which brings its own.';

/** Runs the same command on another Node and ends as it ends. */
const runOn = async (program) => {
  const { spawn } = await import('node:child_process');
  const child = spawn(program, process.argv.slice(1), { stdio: 'inherit' });
  const forward = (signal) => {
    // A terminal sends Ctrl+C to both of us; once is enough.
    if (signal === 'SIGINT' && process.stdin.isTTY) return;
    child.kill(signal);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2'];
  for (const signal of signals) {
    if (process.platform !== 'win32' || signal !== 'SIGUSR2') process.on(signal, forward);
  }
  child.on('error', (error) => refuse(`cannot start ${program}: ${error.message}.`, needsNode));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
};

/** Where compiled code is kept between runs; undefined leaves the place to Node. */
const cacheFolder = () => {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  const home = homedir();
  if (process.platform === 'win32') {
    return LOCALAPPDATA ? join(LOCALAPPDATA, 'hall-monitor', 'compile') : undefined;
  }
  if (XDG_CACHE_HOME) return join(XDG_CACHE_HOME, 'hall-monitor', 'compile');
  if (!home) return undefined;
  return process.platform === 'darwin'
    ? join(home, 'Library', 'Caches', 'hall-monitor', 'compile')
    : join(home, '.cache', 'hall-monitor', 'compile');
};

/** Loads the command line; the source wins, so that an old build never hides an edit. */
const start = async () => {
  const folder = cacheFolder();
  module.enableCompileCache(folder);
  // Worker threads look for it in the environment.
  if (folder !== undefined) process.env.NODE_COMPILE_CACHE ??= folder;
  const source = new URL('../src/cli/main.ts', import.meta.url);
  const isClone = existsSync(source);
  const entry = isClone ? source : new URL('../dist/src/cli/main.js', import.meta.url);
  if (isClone && !existsSync(pathTo('../node_modules'))) {
    refuse('the dependencies are not installed.', 'Run `npm ci` first.');
  }
  const { main } = await import(entry.href);
  await main(process.argv.slice(2));
};

/**
 * How much room V8 is to give young objects, which can only be said when a process starts. A collector runs for weeks
 * beside other work, so it gets little, the right to collect its garbage once it has caught up, and a malloc that gives
 * back what it does not need; that takes a third off its memory. An import makes much garbage and is gone soon after.
 */
const TUNING = {
  serve: {
    flags: ['--max-semi-space-size=2', '--expose-gc'],
    env: {
      MALLOC_ARENA_MAX: '1',
      MALLOC_TRIM_THRESHOLD_: '65536',
      MALLOC_MMAP_THRESHOLD_: '65536',
    },
  },
  import: { flags: ['--min-semi-space-size=8', '--max-semi-space-size=8'], env: {} },
  db: { flags: ['--min-semi-space-size=8', '--max-semi-space-size=8'], env: {} },
  archive: { flags: ['--min-semi-space-size=8', '--max-semi-space-size=8'], env: {} },
};

/** Starts the process over with the tuning of its command. Where the system cannot do that it runs as it is. */
const startTuned = () => {
  const tuning = Object.hasOwn(TUNING, process.argv[2] ?? '') ? TUNING[process.argv[2]] : undefined;
  const isTuned = process.execArgv.some((flag) => flag.startsWith('--max-semi-space-size'));
  if (tuning === undefined || isTuned || process.platform === 'win32') return;
  if (typeof process.execve !== 'function') return;
  const args = [...process.execArgv, ...tuning.flags, ...process.argv.slice(1)];
  process.execve(process.execPath, [process.execPath, ...args], { ...tuning.env, ...process.env });
};

if (isRecent(process.versions.node)) {
  startTuned();
  await start();
} else {
  const program = pinnedNode();
  if (program === undefined) {
    refuse(`this is Node.js ${process.versions.node}, which is too old.`, needsNode);
  } else {
    await runOn(program);
  }
}
