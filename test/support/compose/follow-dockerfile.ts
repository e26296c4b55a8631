/**
 * Does what `docker build` would do, without Docker: every stage is a folder, absolute paths are inside it, and commands
 * run as the user who runs this with the Node that runs this. What this cannot follow it refuses, so that a Dockerfile
 * that grows is never half followed.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { delimiter, dirname, join, posix } from 'node:path';
import { type Instruction, readDockerfile, type Stage, wordsOf } from './read-dockerfile.ts';

/** What an image is, beside its files. */
export interface FollowedImage {
  /** Folder that is `/` of the image. */
  readonly root: string;
  readonly base: string;
  readonly workDir: string;
  /** Settings, with paths inside of `root`. */
  readonly env: Readonly<Record<string, string>>;
  readonly user: string;
  readonly volumes: readonly string[];
  readonly ports: readonly string[];
  /** Commands in words, with paths inside of `root`. */
  readonly healthcheck: readonly string[];
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
}

/** Where to take files from and where to make folders. */
export interface Build {
  readonly dockerfile: string;
  /** Folder that holds what Docker would be given. */
  readonly context: string;
  /** Empty folder in which stages are made. */
  readonly folder: string;
  /** Environment of commands, below that of the Dockerfile. */
  readonly env: NodeJS.ProcessEnv;
}

type Image = { -readonly [Key in keyof FollowedImage]: FollowedImage[Key] };

interface Site {
  readonly build: Build;
  readonly made: ReadonlyMap<string, Image>;
  readonly image: Image;
}

/** Follows every stage and returns the last one; throws with the output of a command that fails. */
export function followDockerfile(build: Build): FollowedImage {
  const made = new Map<string, Image>();
  let last: Image | undefined;
  for (const [index, stage] of readDockerfile(build.dockerfile).entries()) {
    const image = emptyImage(join(build.folder, `stage-${index}`), stage);
    for (const instruction of stage.instructions) follow({ build, made, image }, instruction);
    if (stage.name !== undefined) made.set(stage.name, image);
    last = image;
  }
  if (last === undefined) throw new Error('The Dockerfile has no FROM.');
  return last;
}

function emptyImage(root: string, { image: base }: Stage): Image {
  for (const folder of ['tmp', 'usr/local/bin']) mkdirSync(join(root, folder), { recursive: true });
  const nothing: readonly string[] = [];
  return {
    root,
    base,
    workDir: '/',
    env: {},
    user: 'root',
    volumes: nothing,
    ports: nothing,
    healthcheck: nothing,
    entrypoint: nothing,
    cmd: nothing,
  };
}

function follow(site: Site, { name, rest }: Instruction): void {
  const { image } = site;
  const words = (text: string): readonly string[] =>
    wordsOf(text).map((word) => insideOf(image.root, word));
  const steps: Readonly<Record<string, () => void>> = {
    LABEL: () => undefined,
    COPY: () => copy(site, rest),
    RUN: () => run(site, rest),
    WORKDIR: () => {
      image.workDir = posix.resolve(image.workDir, rest);
      mkdirSync(join(image.root, image.workDir), { recursive: true });
    },
    ENV: () => {
      image.env = { ...image.env, ...settingsOf(image.root, rest) };
    },
    USER: () => (image.user = rest),
    VOLUME: () => (image.volumes = wordsOf(rest)),
    EXPOSE: () => (image.ports = rest.split(/\s+/)),
    ENTRYPOINT: () => (image.entrypoint = words(rest)),
    CMD: () => (image.cmd = words(rest)),
    HEALTHCHECK: () => {
      image.healthcheck = words(/^(?:--\S+\s+)*CMD\s+(.*)$/s.exec(rest)?.[1] ?? '');
    },
  };
  const step = steps[name];
  if (step === undefined) throw new Error(`Cannot follow ${name}.`);
  step();
}

/** Puts absolute paths, alone or in a command, below a folder. */
const insideOf = (root: string, text: string): string =>
  text.replaceAll(/(^|[\s=:])\/(?=[a-z])/g, `$1${root}/`);

function settingsOf(root: string, text: string): Readonly<Record<string, string>> {
  const pairs = text.split(/\s+/).map((pair) => {
    const [, name = '', value = ''] = /^([A-Z_]+)=([^"'$\\]*)$/.exec(pair) ?? [];
    if (name === '') throw new Error(`Cannot follow ENV ${pair}.`);
    return [name, insideOf(root, value)] as const;
  });
  return Object.fromEntries(pairs);
}

function copy({ build, made, image }: Site, text: string): void {
  const [, stage, list = ''] = /^(?:--from=(\S+)\s+)?([^-].*)$/.exec(text) ?? [];
  const from = stage === undefined ? build.context : made.get(stage)?.root;
  const paths = list.split(/\s+/);
  const target = paths.pop() ?? '';
  if (from === undefined || paths.length === 0 || /[*?["$]/.test(list)) {
    throw new Error(`Cannot follow COPY ${text}.`);
  }
  const place = join(image.root, posix.resolve(image.workDir, target));
  for (const path of paths) {
    const source = join(from, path);
    if (!existsSync(source)) throw new Error(`COPY ${text}: there is no ${path}.`);
    const isFolder = statSync(source).isDirectory();
    // As Docker does: of a folder its content, a file under its own name only where the target ends in a slash.
    const into = !isFolder && target.endsWith('/') ? join(place, posix.basename(path)) : place;
    mkdirSync(isFolder ? into : dirname(into), { recursive: true });
    cpSync(source, into, { recursive: true, verbatimSymlinks: true });
  }
}

function run({ build, image }: Site, command: string): void {
  if (/^(--|\[)/.test(command)) throw new Error(`Cannot follow RUN ${command}.`);
  const { status, stdout, stderr, error } = spawnSync('sh', ['-c', insideOf(image.root, command)], {
    cwd: join(image.root, image.workDir),
    env: { ...build.env, PATH: pathWithNode(build.env['PATH']), ...image.env },
    encoding: 'utf8',
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ended with ${status}:\n${stdout}${stderr}`);
}

/** The Node that runs this first, as the image has no other one. */
export const pathWithNode = (path = ''): string =>
  [dirname(process.execPath), path].join(delimiter);

/** Names in a folder of an image. */
export const namesIn = ({ root }: FollowedImage, path: string): readonly string[] =>
  readdirSync(join(root, path)).sort();
