import { posix, win32 } from 'node:path';

/** Environment variables, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The machine as far as configuration depends on it. */
export interface Machine {
  readonly env: Environment;
  readonly platform: NodeJS.Platform;
  /** The user's home folder and the working directory. */
  readonly homeDir: string;
  readonly workingDir: string;
}

/** Path functions of a platform. */
export function pathsOf(platform: NodeJS.Platform): typeof posix {
  return platform === 'win32' ? win32 : posix;
}

/** Where a program keeps its data on this platform. */
export function defaultHome({ env, platform, homeDir }: Machine): string {
  const paths = pathsOf(platform);
  if (platform === 'win32') {
    return paths.join(
      set(env['LOCALAPPDATA']) ?? paths.join(homeDir, 'AppData', 'Local'),
      'hall-monitor',
    );
  }
  if (platform === 'darwin') {
    return paths.join(homeDir, 'Library', 'Application Support', 'hall-monitor');
  }
  return paths.join(
    set(env['XDG_DATA_HOME']) ?? paths.join(homeDir, '.local', 'share'),
    'hall-monitor',
  );
}

/** Where Claude Code keeps its own files: the place it is told, else the two it has used. */
export function defaultClaudeDirs({ env, platform, homeDir }: Machine): string[] {
  const paths = pathsOf(platform);
  const told = set(env['CLAUDE_CONFIG_DIR']);
  if (told !== undefined) {
    return [told];
  }
  return [
    paths.join(homeDir, '.claude'),
    paths.join(set(env['XDG_CONFIG_HOME']) ?? paths.join(homeDir, '.config'), 'claude'),
  ];
}

/** A path a person wrote, made absolute: `~` is the home folder, anything else is relative to `baseDir`. */
export function absolutePath(
  written: string,
  baseDir: string,
  { platform, homeDir }: Machine,
): string {
  const paths = pathsOf(platform);
  if (written === '~' || /^~[\\/]/.test(written)) {
    return paths.join(homeDir, written.slice(1));
  }
  return paths.resolve(baseDir, written);
}

/** An empty variable means the same as an absent one. */
export function set(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : value;
}
