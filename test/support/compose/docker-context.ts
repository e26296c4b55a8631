import { posix } from 'node:path';

/**
 * Which paths of a checkout Docker would be given, by the text of `.dockerignore`. Knows `*` alone, and plain paths with or
 * without `!`; the last line that fits decides. Throws at any other pattern.
 */
export function inContext(ignoreFile: string): (path: string) => boolean {
  const patterns = ignoreFile
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(readPattern);
  return (path) =>
    patterns.reduce(
      (isIn, { excludes, fits }) => (fits(posix.normalize(path)) ? !excludes : isIn),
      true,
    );
}

interface Pattern {
  readonly excludes: boolean;
  readonly fits: (path: string) => boolean;
}

function readPattern(line: string): Pattern {
  const excludes = !line.startsWith('!');
  const pattern = excludes ? line : line.slice(1);
  if (pattern === '*') return { excludes, fits: () => true };
  if (/[*?[\\]|^\/|\/$/.test(pattern)) throw new Error(`Cannot follow ${line} in .dockerignore.`);
  return { excludes, fits: (path) => path === pattern || path.startsWith(`${pattern}/`) };
}
