import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isPlanCommand,
  MAX_PLAN_COMMAND,
  PLAN_MARKS,
  planFolderOfCommand,
  planFolderOfFile,
} from '../../src/records/plan-path.ts';

const HERE = '/home/dev/project';
const FOO = `${HERE}/dev/active/foo`;

describe('the plan folder of a file', () => {
  it.each([
    [`${FOO}/manifest.jsonl`, FOO],
    [`${FOO}/prompts/01-types.md`, FOO],
    ['dev/active/foo/manifest.jsonl', FOO],
    ['./dev/complete/foo/plan.md', `${HERE}/dev/complete/foo`],
    ['../other/dev/active/foo/plan.md', '/home/dev/other/dev/active/foo'],
    ['/srv/app/dev/active/my plan/plan.md', '/srv/app/dev/active/my plan'],
    ['/srv/app/dev/active/größe-漢字-😀/plan.md', '/srv/app/dev/active/größe-漢字-😀'],
    ['/srv/app/dev/active/foo/../bar/plan.md', '/srv/app/dev/active/bar'],
    ['/srv//app/dev/active/foo//plan.md', '/srv/app/dev/active/foo'],
    ['/srv/app/dev/active/foo/dev/active/bar/x.md', '/srv/app/dev/active/foo'],
    ['/srv/app/dev/active/[slug]/plan.md', '/srv/app/dev/active/[slug]'],
    ['C:\\work\\app\\dev\\active\\foo\\plan.md', 'C:/work/app/dev/active/foo'],
    ['C:/work/app/dev/active/foo/plan.md', 'C:/work/app/dev/active/foo'],
  ])('is where it lies: %s', (file, folder) => {
    expect(planFolderOfFile(file, HERE)).toBe(folder);
  });

  it.each([
    '',
    '/',
    `${HERE}/src/index.ts`,
    `${HERE}/dev/active/README.md`,
    `${HERE}/dev/active/`,
    `${HERE}/dev/active`,
    `${HERE}/mydev/active/foo/plan.md`,
    `${HERE}/dev/actively/foo/plan.md`,
    `${HERE}/dev/active/../foo/plan.md`,
    `${HERE}/dev/active/foo/../../../plan.md`,
    '/dev/active/foo/plan.md',
    `${HERE}/dev/active/a\0b/plan.md`,
    `/${'x'.repeat(5000)}/dev/active/foo/plan.md`,
  ])('is none: %j', (file) => {
    expect(planFolderOfFile(file, HERE)).toBeNull();
  });

  it('is found from the folder that a relative path is taken from', () => {
    expect(planFolderOfFile('manifest.jsonl', FOO)).toBe(FOO);
    expect(planFolderOfFile('manifest.jsonl', 'C:\\app\\dev\\active\\foo')).toBe(
      'C:/app/dev/active/foo',
    );
    expect(planFolderOfFile('../../plan.md', FOO)).toBeNull();
  });

  it.each(['', 'project'])('is not known of a relative path in the folder %j', (from) => {
    expect(planFolderOfFile('dev/active/foo/plan.md', from)).toBeNull();
    expect(planFolderOfFile(`${FOO}/plan.md`, from)).toBe(FOO);
  });
});

describe('the plan folder of a command', () => {
  it.each([
    'cat dev/active/foo/manifest.jsonl',
    `cat ${FOO}/manifest.jsonl`,
    'cat ./dev/active/foo/manifest.jsonl',
    'cat src/../dev/active/foo/manifest.jsonl',
    'git mv dev/active/foo dev/complete/foo',
    'mkdir -p dev/complete && git mv dev/active/foo dev/complete/',
    'ls dev/complete/ && mv dev/active/foo dev/complete/',
    'cat "dev/active/foo/manifest.jsonl"',
    "cat 'dev/active/foo/manifest.jsonl'",
    'cat dev/active/"foo"/manifest.jsonl',
    'cat --file=dev/active/foo/manifest.jsonl',
    'cat<dev/active/foo/manifest.jsonl',
    '(cat dev/active/foo/manifest.jsonl)',
    'echo x>dev/active/foo/plan.md;ls',
    'git show HEAD:dev/active/foo/manifest.jsonl',
    'bash -c "jq . dev/active/foo/manifest.jsonl"',
    'bash -c "jq . \\"dev/active/foo/manifest.jsonl\\""',
    `python3 -c "import json; p = open('dev/active/foo/manifest.jsonl')"`,
    'cat "$PWD/dev/active/foo/plan.md"',
    'cat ${PWD}/dev/active/foo/plan.md',
    'ls dev/active/*; cat dev/active/foo/plan.md',
    'cat $ROOT/dev/active/bar/plan.md dev/active/foo/plan.md',
    'curl https://example.org/tree/main/dev/active/bar -o dev/active/foo/plan.md',
    `jq -c '.status = "completed"' dev/active/foo/manifest.jsonl > t && mv t dev/active/foo/manifest.jsonl`,
    `sed -i 's/"pending"/"in_progress"/' dev/active/foo/manifest.jsonl`,
    `cat > dev/active/foo/manifest.jsonl <<'EOF'\n{"id":"F001","description":"don't"}\nEOF`,
    `python3 - <<'EOF'\np = "dev/active/foo/manifest.jsonl"\nprint("it's")\nEOF`,
    `cat <<EOF > t\nisn't\nEOF\nmv t dev/active/foo/plan.md`,
    'cd dev/active/foo && jq -c . manifest.jsonl > t',
    'cd dev/active/foo; ls',
    `cd "${FOO}" && jq -c . manifest.jsonl`,
    `cd ${HERE} && cat dev/active/foo/plan.md`,
    'cd src && cat ../dev/active/foo/plan.md',
    'cd - && cat dev/active/foo/plan.md',
    'cd $(git rev-parse --show-toplevel) && cat dev/active/foo/plan.md',
  ])('is the first that it names: %s', (command) => {
    expect(planFolderOfCommand(command, HERE)).toBe(FOO);
  });

  it.each([
    ['cat /srv/app/dev/complete/foo/plan.md', '/srv/app/dev/complete/foo'],
    ['cd /srv/app && cat dev/active/foo/plan.md', '/srv/app/dev/active/foo'],
    ['cd /srv && cd app && cat dev/active/foo/plan.md', '/srv/app/dev/active/foo'],
    ['cd "/srv/my app" && cat dev/active/foo/plan.md', '/srv/my app/dev/active/foo'],
    ['cat "/srv/my app/dev/active/foo/plan.md"', '/srv/my app/dev/active/foo'],
    ['cat /srv/my\\ app/dev/active/foo/plan.md', '/srv/my app/dev/active/foo'],
    ['cat dev/active/my\\ plan/plan.md', `${HERE}/dev/active/my plan`],
    ['cat "dev/active/my plan/plan.md"', `${HERE}/dev/active/my plan`],
    [`cat 'dev/active/my plan'/plan.md`, `${HERE}/dev/active/my plan`],
    [`cat dev/active/'my plan'/plan.md`, `${HERE}/dev/active/my plan`],
    ['cat dev/active/größe-漢字-😀/plan.md', `${HERE}/dev/active/größe-漢字-😀`],
    ['mv dev/complete/foo dev/active/foo', `${HERE}/dev/complete/foo`],
  ])('may lie anywhere and have any name: %s', (command, folder) => {
    expect(planFolderOfCommand(command, HERE)).toBe(folder);
  });

  it.each([
    '',
    'ls',
    'cat manifest.jsonl',
    'ls dev/active',
    'ls dev/active/',
    'cat dev/active/*/manifest.jsonl',
    'cat dev/active/foo*/manifest.jsonl',
    'cat dev/active/$PLAN/manifest.jsonl',
    'cat "dev/active/${PLAN}/manifest.jsonl"',
    'cat dev/active/{foo,bar}/manifest.jsonl',
    'cat $ROOT/dev/active/foo/plan.md',
    'cat "$ROOT"/dev/active/foo/plan.md',
    'cat "$ROOT"/sub/dev/active/foo/plan.md',
    'cat $(pwd)/dev/active/foo/plan.md',
    'cat $(pwd)/sub/dev/active/foo/plan.md',
    'cat ~/dev/active/foo/plan.md',
    'cat dev/active/../plan.md',
    'cat dev/active/./plan.md',
    'cat "dev/active/foo',
    'cat mydev/active/foo/plan.md',
    'cat /dev/active/foo/plan.md',
    'curl https://example.org/dev/active/foo/plan.md',
    `cat dev/active/${'x'.repeat(300)}/plan.md`,
  ])('is none: %s', (command) => {
    expect(planFolderOfCommand(command, HERE)).toBeNull();
  });

  it('is the one that it runs in where it names a plan’s file', () => {
    for (const command of ['jq -c . manifest.jsonl', 'cat features.json', 'vim plan.md'])
      expect(planFolderOfCommand(command, `${FOO}/prompts`)).toBe(FOO);
    expect(planFolderOfCommand('ls', FOO)).toBeNull();
    expect(planFolderOfCommand('cd ../../.. && cat manifest.jsonl', FOO)).toBeNull();
  });

  it('is not known of a relative path in a folder that is not known', () => {
    expect(planFolderOfCommand('cat dev/active/foo/plan.md', '')).toBeNull();
    expect(planFolderOfCommand(`cat ${FOO}/plan.md`, '')).toBe(FOO);
  });

  it('is looked for at the beginning, and never taken from a name that is cut', () => {
    const long = (space: number): string => `echo ${'x'.repeat(space)} dev/active/foo-bar`;
    expect(planFolderOfCommand(long(100), HERE)).toBe(`${HERE}/dev/active/foo-bar`);
    for (let cut = 0; cut < 24; cut++)
      expect(planFolderOfCommand(long(MAX_PLAN_COMMAND - cut), HERE)).toBeNull();
  });
});

describe('a command', () => {
  it('may tell of a plan where it holds one of the marks', () => {
    expect(isPlanCommand('ls -la src')).toBe(false);
    for (const mark of PLAN_MARKS) expect(isPlanCommand(`cat ${mark}`)).toBe(true);
  });

  it('gives a folder directly below dev/active or dev/complete, or none, whatever it says', () => {
    const part = fc.constantFrom(
      ...'dev/active/ dev/complete/ manifest.jsonl foo .. . / \\ " \' $ ` ; && cd ( ) = C:\\'.split(
        ' ',
      ),
      ' ',
      '\n',
      'é',
      '\ud800',
    );
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 24 }),
        fc.constantFrom(HERE, FOO, ''),
        (parts, from) => {
          const folder = planFolderOfCommand(parts.join(''), from);
          if (folder === null) return;
          expect(folder).toMatch(/^(?:\/|[A-Z]:).*\/dev\/(?:active|complete)\/[^/]+$/s);
          expect(folder.split('/')).not.toContain('..');
          expect(folder.isWellFormed()).toBe(true);
        },
      ),
      { numRuns: 5000 },
    );
  });

  it.each([
    ['places', 'dev/active/'],
    ['names', 'dev/active/a'],
    ['quotes', '"dev/active/'],
    ['other quotes', `'"`],
    ['escapes', '\\'],
    ['spaces', 'cd  '],
    ['spaces behind a folder', 'cd a '],
    ['paths', '/'],
    ['letters', 'd'],
    ['changes of the folder', 'cd a &&'],
    ['colons', 'a:dev/active/'],
  ])('of megabytes of %s is done at once', { timeout: 2000 }, (_, part) => {
    const hostile = part.repeat(1024 * 1024);
    for (const text of [
      hostile,
      `dev/active/${hostile}`,
      `"/ ${hostile}`,
      `cd ${hostile}`,
      `cd "a"${' '.repeat(100_000)}`,
    ]) {
      expect(planFolderOfFile(text, HERE)).toBeNull();
      expect(planFolderOfFile(`/${text}`, HERE)).toBeNull();
      expect(() => planFolderOfCommand(text, HERE)).not.toThrow();
    }
  });
});
