import { describe, expect, it } from 'vitest';
import { commandName } from '../../src/records/command-name.ts';
import { assistant, toolUse, toolUseId } from '../support/transcript-lines.ts';
import { decodeToolCall } from '../support/transcript-records.ts';

describe('the name of a shell command', () => {
  it.each([
    ['ls', 'ls'],
    ['  npm run build', 'npm'],
    ['git commit -m "a message"', 'git'],
    ['./scripts/run.sh --fast', './scripts/run.sh'],
    ['/usr/bin/env node', 'node'],
    ['NODE_ENV=test npm test', 'npm'],
    ['A=1 B="two words" C=\'three words\' make all', 'make'],
    ['TOKEN="a \\" b" curl x', 'curl'],
    ['cd /home/dev/project && npm test', 'npm'],
    ['cd "/home/dev/my project"; ls', 'ls'],
    ["cd '/home/dev/my project' && DEBUG=1 cd sub && cargo build", 'cargo'],
    ['cd /home/dev', 'cd'],
    ['ls|wc -l', 'ls'],
    ['make&&make install', 'make'],
    ['true; false', 'true'],
    ['cat<file', 'cat'],
    ['g++ -o a a.cc', 'g++'],
    ['npx\tvitest', 'npx'],
    ['python3\nprint', 'python3'],
    ['sudo apt-get install -y jq', 'apt-get'],
    ['sudo -E -u postgres psql', 'psql'],
    ['sudo --user=postgres psql', 'sudo'],
    ['sudo "$TOOL" now', 'sudo'],
    ['env -i PATH=/bin A="b c" make', 'make'],
    ['env -u HOME node a.js', 'node'],
    ['time npm test', 'npm'],
    ['timeout 60 npm test', 'npm'],
    ['timeout -k 5 --foreground 1.5m cargo build', 'cargo'],
    ['nice -n 10 make', 'make'],
    ['nohup sudo nice -5 ./run.sh &', './run.sh'],
    ['cd /srv && CI=1 timeout 5m sudo docker ps', 'docker'],
    ['cd /srv\nls', 'ls'],
    ['(cd a && ls)', 'ls'],
    ['{ ls; }', 'ls'],
    ['! grep -q a b', 'grep'],
    ['# a note\n# another\nls', 'ls'],
    ['"/opt/tool/run" --now', '/opt/tool/run'],
    ['cd /srv && $EDITOR', 'cd'],
  ])('is its first word: %s', (command, name) => {
    expect(commandName(command)).toBe(name);
  });

  it.each([
    ['nothing', ''],
    ['only blanks', '  \n '],
    ['a quoted word', '"/opt/my tool/run" --now'],
    ['a variable', '$EDITOR file'],
    ['a substitution', '$(which node) --version'],
    ['backticks', '`which node` --version'],
    ['a comment alone', '# a note'],
    ['an assignment alone', 'KEY=sk-ant-secret'],
    ['an assignment that never ends', 'KEY="sk-ant-secret ls'],
    ['a word that is not plain', 'ls{a,b} x'],
    ['a word of 65 letters', 'a'.repeat(65)],
  ])('is unknown for %s', (_name, command) => {
    expect(commandName(command)).toBeNull();
  });

  it.each([
    'KEY=$(echo sk-secret-1) npm test',
    'KEY=`echo sk-secret-1 x` npm test',
    'KEY="$(echo "a sk-secret-1 b")" npm test',
    'KEY=a\\ sk-secret-1 npm test',
    'cd "a; sk-secret-1 b"',
    'sudo -p sk-secret-1 ls',
    'sudo --prompt sk-secret-1 ls',
    'env -S "sk-secret-1 b" ls',
    '# sk-secret-1',
    '# sk-secret-1\nls',
    'timeout --signal sk-secret-1 5 ls',
    '"sk-secret-1 b" c',
  ])('keeps nothing of the values in %s', (command) => {
    expect(commandName(command) ?? '').not.toContain('secret');
  });

  it.each([
    ['letters', 'a'.repeat(100_000)],
    ['letters and a blank', `${'a'.repeat(100_000)} b`],
    ['letters in an assignment', `A=${'a'.repeat(100_000)}!`],
    ['assignments', 'A=1 '.repeat(25_000)],
    ['quotes', `A=${'"a"'.repeat(33_000)}`],
    ['open quotes', `A=${'"'.repeat(99_999)}`],
    ['backslashes', `A="${'\\'.repeat(100_000)}`],
    ['folders', 'cd a && '.repeat(12_500)],
    ['wrappers', 'sudo '.repeat(20_000)],
    ['options', `sudo ${'-E '.repeat(33_000)}`],
    ['options with values', `timeout ${'-s KILL '.repeat(12_500)}`],
    ['openings', '('.repeat(100_000)],
    ['comments', '#\n'.repeat(50_000)],
    ['blanks after sudo', `sudo ${' '.repeat(100_000)}`],
    ['blanks after cd', `cd ${' '.repeat(100_000)}`],
  ])('is found in 100 kB of %s without going over them again and again', (_name, command) => {
    const name = commandName(command);
    expect(name === null || name.length <= 64).toBe(true);
  });
});

describe('a Bash call', () => {
  const record = (command: unknown) =>
    decodeToolCall(assistant({ content: [toolUse(toolUseId(1), 'Bash', { command })] }));

  it('keeps the first word of its command and nothing after it', () => {
    const kept = record(
      'API_KEY=sk-1 curl -H "Authorization: Bearer sk-2" https://example.org/sk-3',
    );
    expect(kept.command).toBe('curl');
    expect(JSON.stringify(kept)).not.toMatch(/sk-\d/);
  });

  it.each([5, null, ['ls'], { a: 'ls' }])(
    'has no command where the input has %j for one',
    (command) => {
      expect(record(command).command).toBeNull();
    },
  );

  it('looks at no more than the beginning of a long command', () => {
    expect(record(`ls ${'a'.repeat(100_000)}`).command).toBe('ls');
    expect(record(`A=${'a'.repeat(100_000)} ls`).command).toBeNull();
  });
});
