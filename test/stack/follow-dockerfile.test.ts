import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { inContext } from '../support/compose/docker-context.ts';
import { type FollowedImage, followDockerfile } from '../support/compose/follow-dockerfile.ts';
import { needs } from '../support/offers.ts';
import { temporaryFolder } from '../support/running-command.ts';

/** Follows a Dockerfile over a context of two files: `one.txt` and `folder/two.txt`. */
function followed(...lines: readonly string[]): FollowedImage {
  const { folder, remove } = temporaryFolder();
  onTestFinished(remove);
  const context = join(folder, 'context');
  mkdirSync(join(context, 'folder'), { recursive: true });
  writeFileSync(join(context, 'one.txt'), '1');
  writeFileSync(join(context, 'folder', 'two.txt'), '2');
  const env = { PATH: process.env['PATH'] };
  return followDockerfile({ dockerfile: lines.join('\n'), context, folder, env });
}

const textIn = ({ root }: FollowedImage, path: string): string =>
  readFileSync(join(root, path), 'utf8');

describe('what Docker is given', () => {
  it('is what the last line that fits says', () => {
    const isIn = inContext('*\n# ours\n!src\n!docs/one.md\nsrc/secret\n');
    const paths = ['src/a.ts', 'src/secret/key', 'srcs/a.ts', 'docs/one.md', 'docs/two.md', '.env'];
    expect(paths.filter(isIn)).toEqual(['src/a.ts', 'docs/one.md']);
  });

  it('is not guessed from a pattern that is not understood', () => {
    expect(() => inContext('**/*.log')).toThrow('Cannot follow **/*.log in .dockerignore.');
  });
});

describe('a Dockerfile that is followed without Docker', () => {
  needs('posix')('copies, runs and keeps what the image says of itself', () => {
    const image = followed(
      'FROM base:1 AS build',
      'WORKDIR /work',
      'COPY folder ./in',
      'RUN cat in/two.txt > /made.txt && \\',
      '  echo more >> /made.txt',
      'FROM base:2',
      '# Only this is kept.',
      'WORKDIR /app',
      'COPY --from=build /made.txt ./',
      'COPY one.txt ./docs/',
      'ENV HOME=/tmp NAME=value',
      'RUN echo "$NAME" > named.txt',
      'USER 1000:1000',
      'ENTRYPOINT ["node", "/app/start.js"]',
      'CMD ["serve"]',
    );
    expect(image).toMatchObject({
      base: 'base:2',
      workDir: '/app',
      user: '1000:1000',
      cmd: ['serve'],
    });
    expect(image.entrypoint).toEqual(['node', join(image.root, 'app/start.js')]);
    expect(image.env).toEqual({ HOME: join(image.root, 'tmp'), NAME: 'value' });
    expect(textIn(image, 'app/made.txt')).toBe('2more\n');
    expect(textIn(image, 'app/docs/one.txt')).toBe('1');
    expect(textIn(image, 'app/named.txt')).toBe('value\n');
  });

  needs('posix')('is refused where something is missing, fails or is not understood', () => {
    expect(() => followed('FROM a', 'COPY three.txt ./')).toThrow('there is no three.txt');
    expect(() => followed('FROM a', 'RUN echo why; exit 3')).toThrow(/ended with 3:\nwhy/);
    expect(() => followed('FROM a', 'ADD one.txt ./')).toThrow('Cannot follow ADD.');
    expect(() => followed('FROM a', 'COPY *.txt ./')).toThrow('Cannot follow COPY');
    expect(() => followed('FROM a', 'COPY --chown=1 one.txt ./')).toThrow('Cannot follow COPY');
    expect(() => followed('FROM a', 'RUN --mount=type=cache x')).toThrow('Cannot follow RUN');
    expect(() => followed('FROM a', 'ENV A=$B')).toThrow('Cannot follow ENV');
    expect(() => followed('RUN true')).toThrow('RUN is before FROM.');
  });
});
