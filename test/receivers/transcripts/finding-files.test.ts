// `needs` makes tests that the linter does not know for such.
import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findTranscripts, transcriptRoots } from '../../../receivers/transcripts/discover.ts';
import { needs } from '../../support/offers.ts';
import { SLUG, TranscriptHome } from '../../support/transcript-home.ts';
import { conversation, jsonl, SESSION } from '../../support/transcript-lines.ts';

const NAME = `${SESSION}.jsonl`;
let home: TranscriptHome;
beforeEach(() => {
  home = new TranscriptHome();
});
afterEach(() => home[Symbol.dispose]());

const found = (): readonly string[] =>
  findTranscripts(transcriptRoots([home.claudeDir]))
    .files.map((file) => path.relative(home.projects, file.path))
    .sort();

describe('looking for transcripts', () => {
  it('finds sessions and agents wherever clients put them', () => {
    const names = [
      `${SLUG}/${SESSION}.jsonl`,
      `${SLUG}/agent-a1b2c3d4.jsonl`,
      `${SLUG}/${SESSION}/subagents/agent-a6e4ba610b5f8b35d.jsonl`,
      `${SLUG}/${SESSION}/subagents/workflows/wf_1-2/agent-a1.jsonl`,
    ];
    for (const name of names) home.write(path.join('..', name), ...conversation(1));
    expect(found()).toEqual(names.toSorted());
  });

  it('passes by what is no transcript', () => {
    for (const name of [
      'memory/notes.jsonl',
      `${SESSION}/tool-results/1.jsonl`,
      `${SESSION}/subagents/workflows/wf_1-2/journal.jsonl`,
      `${SESSION}/subagents/agent-a1.meta.json`,
      'sessions-index.json',
      `${SESSION}.jsonl.orphaned`,
      `${SESSION}.jsonl~`,
      'notes.md',
    ]) {
      home.write(name, ...conversation(1));
    }
    expect(found()).toEqual([]);
  });

  it('names the newest first', () => {
    const names = ['a', 'b', 'c'].map((name) => home.write(`${name}.jsonl`, ...conversation(1)));
    const { files } = findTranscripts(transcriptRoots([home.claudeDir]));
    const times = files.map(({ modifiedMs }) => modifiedMs);
    expect(times).toEqual(times.toSorted((a, b) => b - a));
    expect(files).toHaveLength(names.length);
  });

  it('ends at some depth', () => {
    home.write(`${'deep/'.repeat(30)}a.jsonl`, ...conversation(1));
    expect(found()).toEqual([]);
  });

  it('takes each root once, however it is named', () => {
    symlinkSync(home.claudeDir, path.join(home.folder, 'link'));
    const dirs = [
      home.claudeDir,
      `${home.claudeDir}/`,
      path.join(home.folder, 'link'),
      path.join(home.folder, 'none'),
    ];
    expect(transcriptRoots(dirs)).toEqual([home.projects]);
  });

  it('goes where the projects folder itself points to', () => {
    home.write(NAME, ...conversation(1));
    const moved = path.join(home.folder, 'elsewhere');
    renameSync(home.projects, moved);
    symlinkSync(moved, home.projects);
    expect(transcriptRoots([home.claudeDir])).toEqual([moved]);
    expect(findTranscripts([moved]).files).toHaveLength(1);
  });
});

describe('a root that is not there', () => {
  it('is no problem, and is read when it appears', async () => {
    rmSync(home.claudeDir, { recursive: true });
    using store = await home.open();
    await store.import();
    await store.sweep();
    expect(store.totals()).toMatchObject({ files: 0 });
    home.write(NAME, ...conversation(2));
    await store.sweep();
    expect(store.totals()).toMatchObject({ files: 1, requests: 2 });
    expect(store.problems).toEqual([]);
  });

  it('is no problem where a file stands in its place', () => {
    rmSync(home.claudeDir, { recursive: true });
    writeFileSync(home.claudeDir, '');
    expect(transcriptRoots([home.claudeDir])).toEqual([]);
  });
});

describe('something else under the name of a transcript', () => {
  const readAll = async (...hints: readonly string[]) => {
    using store = await home.open();
    await store.import();
    await store.follower.readFiles(hints);
    await store.follower.quickLook();
    return { ...store.totals(), problems: store.problems };
  };
  const good = { requests: 2, files: 1, problems: [] };
  beforeEach(() => void home.write(NAME, ...conversation(2)));

  it('is passed by where it is a folder', async () => {
    home.write('folder.jsonl/inside.jsonl', ...conversation(1, 11));
    expect(await readAll(home.file('folder.jsonl'))).toMatchObject({
      requests: 3,
      files: 2,
      problems: [],
    });
  });

  needs('posix')('is passed by, without waiting, where it is a pipe', async () => {
    execFileSync('mkfifo', [home.file('pipe.jsonl')]);
    expect(await readAll(home.file('pipe.jsonl'))).toMatchObject(good);
  });

  needs('posix')('is passed by where it is a socket', async () => {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(home.file('socket.jsonl'), resolve));
    expect(await readAll(home.file('socket.jsonl'))).toMatchObject({ requests: 2, files: 1 });
    await new Promise((resolve) => server.close(resolve));
  });

  needs('posix')('is passed by where it is a link to a file, inside or outside', async () => {
    const outside = path.join(home.folder, 'outside.jsonl');
    writeFileSync(outside, jsonl(...conversation(1, 11)));
    const names = [
      ['out.jsonl', outside],
      ['in.jsonl', home.file(NAME)],
      ['loop.jsonl', 'loop.jsonl'],
      ['zero.jsonl', '/dev/zero'],
    ] as const;
    for (const [name, target] of names) symlinkSync(target, home.file(name));
    expect(await readAll(...names.map(([name]) => home.file(name)))).toMatchObject(good);
  });

  needs('posix')('is passed by where it lies behind a link to a folder', async () => {
    const outside = path.join(home.folder, 'outside');
    mkdirSync(outside);
    writeFileSync(path.join(outside, 'a.jsonl'), jsonl(...conversation(1, 11)));
    symlinkSync(outside, path.join(home.projects, '-linked'));
    symlinkSync('..', path.join(home.projects, SLUG, 'loop'));
    symlinkSync('/', path.join(home.projects, '-everything'));
    expect(await readAll()).toMatchObject(good);
  });

  needs('posix')('is passed by where an agent’s note is a link or a pipe', async () => {
    const secret = path.join(home.folder, 'secret.json');
    writeFileSync(secret, '{"agentType":"secret"}');
    home.write('agent-a1.jsonl', ...conversation(1, 11));
    symlinkSync(secret, home.file('agent-a1.meta.json'));
    home.write('agent-a2.jsonl', ...conversation(1, 21));
    execFileSync('mkfifo', [home.file('agent-a2.meta.json')]);
    await readAll();
    expect(await home.rows('SELECT agent_id, agent_type FROM subagent ORDER BY agent_id')).toEqual([
      { agent_id: 'a1', agent_type: null },
      { agent_id: 'a2', agent_type: null },
    ]);
  });
});
