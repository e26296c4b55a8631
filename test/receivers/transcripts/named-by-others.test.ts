import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ownTranscript } from '../../../receivers/transcripts/own-transcript.ts';
import { transcriptRoots } from '../../../receivers/transcripts/discover.ts';
import { TranscriptHome } from '../../support/transcript-home.ts';
import { conversation, SESSION } from '../../support/transcript-lines.ts';

const NAME = `${SESSION}.jsonl`;

let home: TranscriptHome;
beforeEach(() => {
  home = new TranscriptHome();
});
afterEach(() => home[Symbol.dispose]());

const own = (named: string): string | undefined =>
  ownTranscript(named, transcriptRoots([home.claudeDir]));

describe('a transcript that somebody else names', () => {
  it('is known by its own path', () => {
    const file = home.write(NAME, ...conversation(1));
    expect(own(file)).toBe(file);
    expect(own(path.join(path.dirname(file), '.', NAME))).toBe(file);
  });

  it('is nobody’s where it lies elsewhere, is no file, or is not there', () => {
    const file = home.write(NAME, ...conversation(1));
    const outside = path.join(home.claudeDir, 'outside.jsonl');
    writeFileSync(outside, '{}\n');
    mkdirSync(path.join(home.projects, 'folder.jsonl'));
    const named = [
      '/etc/passwd',
      '/proc/self/environ',
      outside,
      path.join(home.projects, '..', '..', 'outside.jsonl'),
      path.join(home.projects, 'folder.jsonl'),
      path.join(home.projects, 'absent.jsonl'),
      path.relative(process.cwd(), file),
      `${file}\0`,
      '',
    ];
    expect(named.filter((one) => own(one) !== undefined)).toEqual([]);
  });

  it('is nobody’s where a symbolic link leads to it or from it', () => {
    const secret = path.join(home.claudeDir, 'secret.jsonl');
    writeFileSync(secret, '{}\n');
    symlinkSync(secret, path.join(home.projects, 'link.jsonl'));
    symlinkSync(home.claudeDir, path.join(home.projects, 'folder'));
    expect(own(path.join(home.projects, 'link.jsonl'))).toBeUndefined();
    expect(own(path.join(home.projects, 'folder', 'secret.jsonl'))).toBeUndefined();
  });
});
