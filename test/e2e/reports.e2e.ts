/** Report files of the real program: they agree with everything else, and a reader never sees half of one. */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSessionsFile, readStats } from '../../exporters/reports/read-reports.ts';
import type { SessionsFile } from '../../src/records/sessions-file.ts';
import type { StatsFiles } from '../../src/records/stats-files.ts';
import { parseExposition } from '../exporters/exposition.ts';
import { writeCorpus } from '../support/corpus-generator.ts';
import { createRandom } from '../support/corpus-random.ts';
import type { CorpusAnswer } from '../support/corpus-tally.ts';
import { needs } from '../support/offers.ts';
import { writeReportConversations } from '../support/reports-conversations.ts';
import {
  commandJson,
  endOf,
  environmentOf,
  LAUNCHER,
  type Place,
  runCommand,
  startCommand,
  temporaryFolder,
  until,
} from '../support/running-command.ts';
import { startCollector } from '../support/running-server.ts';

const KILLS = 12;
/** What stands in a file before it is written anew. */
const OLD = '{}\n';
const { folder, remove } = temporaryFolder();
const reports = join(folder, 'reports');
const place: Place = {
  home: join(folder, 'home'),
  claudeDir: join(folder, 'claude'),
  env: { HALL_MONITOR_REPORTS_FOLDER: reports, HALL_MONITOR_TIMEZONE: 'UTC' },
};
let answer: CorpusAnswer;

beforeAll(() => {
  answer = writeCorpus(place.claudeDir, { mb: 8, seed: 71 });
});
afterAll(remove);

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
const readAll = async (from: string): Promise<StatsFiles & { sessions: SessionsFile }> => ({
  ...(await readStats(from)),
  sessions: await readSessionsFile(join(from, 'sessions.json')),
});

/** Says of stats files and `sessions.json` what they have in common with what was made. */
function expectAnswer(files: StatsFiles & { sessions: SessionsFile }): void {
  const tools = Object.values(answer.tools);
  const calls = sum(tools.map((tool) => tool.calls));
  const failures = sum(tools.map((tool) => tool.failures));
  const { totals } = files.sessions;
  expect(files['tool-usage-stats.json'].total_calls).toBe(calls);
  expect(files['command-stats.json'].total_commands).toBe(answer.tools['Bash']?.calls ?? 0);
  expect(files['error-stats.json'].total_errors).toBe(failures + answer.synthetic_responses);
  expect(files['activity-stats.json'].by_type).toMatchObject({
    tool_use: calls,
    query: answer.prompts,
  });
  expect(totals.total_messages).toBe(answer.totals.requests);
  expect(totals.total_output_tokens).toBe(answer.totals.output_tokens);
  expect(totals.total_cache_read_tokens).toBe(answer.totals.cache_read_input_tokens);
  expect(totals.total_cost_usd).toBeCloseTo((answer.totals.cost_nano_usd ?? 0) / 1e9, 2);
}

describe('report files of a collector', () => {
  it('agree with what is true, with REST and with the metrics', async () => {
    const server = await startCollector(place);
    try {
      await server.ready();
      const files = await until('files of everything', async () => {
        if (!existsSync(join(reports, 'sessions.json'))) return undefined;
        const read = await readAll(reports);
        const isAll = read.sessions.totals.total_messages === answer.totals.requests;
        return isAll ? read : undefined;
      });
      expectAnswer(files);
      const series = parseExposition(await (await server.get('/metrics')).text());
      const metric = (name: string, labels: Readonly<Record<string, string>> = {}): number =>
        sum(
          series
            .filter((one) => one.name === name)
            .filter((one) =>
              Object.entries(labels).every(([key, value]) => one.labels[key] === value),
            )
            .map(({ value }) => value),
        );
      const calls = 'hall_monitor_tool_calls_total';
      expect(metric(calls)).toBe(files['tool-usage-stats.json'].total_calls);
      expect(metric(calls, { outcome: 'failure' }) + metric('hall_monitor_api_errors_total')).toBe(
        files['error-stats.json'].total_errors,
      );
      expect(metric('hall_monitor_tokens_total')).toBe(files.sessions.totals.total_all_tokens);
      const { totals } = await server.json<{ totals: Record<string, number> }>('/api/tools');
      expect(totals).toMatchObject({ calls: files['tool-usage-stats.json'].total_calls });
      const costs = await server.json<{ totals: Record<string, number> }>('/api/metrics/costs');
      expect(costs.totals['cost_usd']).toBeCloseTo(files.sessions.totals.total_cost_usd, 2);
    } finally {
      await server.stop();
    }
  });

  it('are brought up to date soon after a hook tells that a session ended', async () => {
    const first = join(reports, 'flow-stats.json');
    rmSync(first);
    const server = await startCollector(place);
    try {
      await server.ready();
      await until('the first writing', () => (existsSync(first) ? true : undefined));
      const ends = async (): Promise<number> =>
        (await readStats(reports))['activity-stats.json'].by_type['session_end'] ?? 0;
      expect(await ends()).toBe(0);
      const payload = {
        hook_event_name: 'SessionEnd',
        session_id: '11111111-2222-4333-8444-555555555555',
        transcript_path: join(place.claudeDir, 'projects', 'none.jsonl'),
        cwd: '/home/dev/none',
        reason: 'other',
      };
      const posted = await fetch(`${server.url}/hooks`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(payload),
      });
      expect(posted.status).toBe(200);
      const told = performance.now();
      await until('the end of the session in a file', async () =>
        (await ends()) === 1 ? true : undefined,
      );
      expect(performance.now() - told).toBeLessThan(30_000);
    } finally {
      await server.stop();
    }
  });

  needs('posix')('are whole after kill -9 at any moment of writing', async () => {
    const target = join(folder, 'killed');
    const random = createRandom(72);
    mkdirSync(target);
    const state = (): string =>
      readdirSync(target)
        .map((name) => `${name} ${statSync(join(target, name), { throwIfNoEntry: false })?.ino}`)
        .join('\n');
    const names = Object.keys(await readStats(reports));
    let replaced = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      for (const name of names) writeFileSync(join(target, name), OLD);
      const before = state();
      const child = startCommand(place, ['export', 'stats', '--out', target, '--no-sync']);
      const ended = endOf(child);
      // Looked for without a rest, since all of it takes a few milliseconds.
      while (state() === before && child.exitCode === null)
        await new Promise((resolve) => setImmediate(resolve));
      setTimeout(() => child.kill('SIGKILL'), random.between(0, 8));
      await ended;
      for (const name of names) {
        const text = readFileSync(join(target, name), 'utf8');
        if (text !== OLD) replaced += 1;
        expect([name, text === OLD || text.endsWith('}\n')]).toEqual([name, true]);
        expect(() => JSON.parse(text) as unknown).not.toThrow();
      }
    }
    // Some were killed before the last file was written, and some after the first one was.
    expect(replaced).toBeGreaterThan(0);
    expect(replaced).toBeLessThan(names.length * KILLS);
    await runCommand(place, 'export', 'stats', '--out', target, '--no-sync');
    expectAnswer(await readAll(target));
  });
});

/** Runs its arguments from the second on with a full disk of 64 KiB in $1, and shows what is on it then. */
const ON_FULL_DISK = `
mount -t tmpfs -o size=64k full "$1" && cd "$1" || exit
echo '{"old": true}' > sessions.json
head -c 60000 /dev/zero > other 2>/dev/null
"$2" "$3" export stats --out "$1" --no-sync; code=$?
ls -A; cat sessions.json; exit $code`;

describe('a full disk', () => {
  needs('small-disk')('leaves the old files and no drafts', () => {
    const disk = join(folder, 'full');
    mkdirSync(disk);
    const { status, stdout, stderr } = spawnSync(
      'unshare',
      ['-Urm', 'sh', '-c', ON_FULL_DISK, 'sh', disk, process.execPath, LAUNCHER],
      { env: environmentOf(place), encoding: 'utf8' },
    );
    expect([status, stderr]).toEqual([1, expect.stringContaining('ENOSPC')]);
    expect(stdout).not.toContain('.tmp');
    expect(stdout).toMatch(/\{"old": true\}\n$/);
  });
});

describe('tasks sync', () => {
  const repository = join(folder, 'repository');
  const file = join(repository, 'docs', 'tasks.json');
  const git = (...args: readonly string[]): string =>
    spawnSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
      cwd: repository,
      encoding: 'utf8',
    }).stdout.trim();

  let project = '';

  beforeAll(async () => {
    [project = ''] = Object.keys(answer.by_project);
    mkdirSync(join(repository, 'docs'), { recursive: true });
    const { sessions } = await commandJson<{
      readonly sessions: readonly { readonly started: string; readonly ended: string }[];
    }>(place, 'sessions', '--project', project);
    const starts = sessions.map(({ started }) => started).toSorted();
    const ends = sessions.map(({ ended }) => ended).toSorted();
    const [started = ''] = starts;
    const [completed = ''] = ends;
    const tasks = [
      { id: 'a', started, completed, cost_usd: null, mood: 'good' },
      { id: 'b', started, completed: ends.at(-1), cost_usd: null },
    ];
    writeFileSync(file, `${JSON.stringify({ tasks, totals: null }, null, 2)}\n`);
    git('init', '--quiet');
    git('add', '.');
    git('commit', '--quiet', '-m', 'one');
  });

  it('says what would change, and writes nothing', async () => {
    const before = readFileSync(file, 'utf8');
    const { code, stdout, stderr } = await runCommand(
      place,
      'tasks',
      'sync',
      file,
      '--dry-run',
      '--project',
      project,
    );
    expect([code, stderr]).toEqual([0, expect.stringContaining('Nothing was written')]);
    expect(stdout).toContain('cost, minutes, sessions');
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('fills in the file, adds it to the index and commits nothing', async () => {
    const head = git('rev-parse', 'HEAD');
    const told = await commandJson<{
      readonly written: boolean;
      readonly tasks: readonly { readonly cost_usd: number; readonly assigned_cost_usd: number }[];
      readonly totals: Record<string, number>;
      readonly total_cost_usd: number;
      readonly unassigned_cost_usd: number;
    }>(place, 'tasks', 'sync', file, '--git-add', '--project', project);
    expect(told.written).toBe(true);
    const cents = (usd: number): number => Math.round(usd * 100);
    const assigned = sum(told.tasks.map((task) => cents(task.cost_usd)));
    expect(assigned + cents(told.totals['unassigned_cost_usd'] ?? 0)).toBe(
      cents(told.totals['total_cost_usd'] ?? 0),
    );
    const nano = (usd: number): number => Math.round(usd * 1e9);
    expect(
      sum(told.tasks.map((task) => nano(task.assigned_cost_usd))) + nano(told.unassigned_cost_usd),
    ).toBe(nano(told.total_cost_usd));
    expect(assigned).toBeGreaterThan(0);
    expect(git('diff', '--cached', '--name-only')).toBe('docs/tasks.json');
    expect(git('rev-parse', 'HEAD')).toBe(head);
    const written = JSON.parse(readFileSync(file, 'utf8')) as {
      tasks: readonly { mood?: string; sessions: readonly string[] }[];
      totals: Record<string, unknown>;
    };
    expect(written.tasks[0]?.mood).toBe('good');
    expect(written.tasks[0]?.sessions.length).toBeGreaterThan(0);
    expect(written.totals['total_commits']).toBe(1);
    const { totals } = JSON.parse(
      (await runCommand(place, 'sessions', '--out', '-', '--project', project)).stdout,
    ) as SessionsFile;
    expect(written.totals).toMatchObject({
      total_cost_usd: totals.total_cost_usd,
      total_tokens: totals.total_all_tokens,
      total_sessions: totals.total_sessions,
    });
  });

  it('changes nothing the second time', async () => {
    const before = readFileSync(file, 'utf8');
    const { stderr } = await runCommand(place, 'tasks', 'sync', file, '--project', project);
    expect(stderr).toContain('Nothing changed');
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it.each([
    ['what is no JSON', '{"tasks": [', 'is no JSON'],
    ['what is no object', '[]', 'is no tasks file'],
    ['a cost that is no number', '{"tasks": [{"cost_usd": "dear"}]}', 'tasks.0.cost_usd'],
    [
      'thousands of brackets',
      `{"tasks": [], "deep": ${'['.repeat(200_000)}${']'.repeat(200_000)}}`,
      'too deeply',
    ],
  ])('refuses %s', async (_name, text, reason) => {
    const bad = join(folder, 'bad.json');
    writeFileSync(bad, text);
    const { code, stderr } = await runCommand(place, 'tasks', 'sync', bad, '--no-sync');
    expect([code, stderr]).toEqual([2, expect.stringContaining(reason)]);
    expect(readFileSync(bad, 'utf8')).toBe(text);
  });

  it('takes the repository that the file lies in for the project', async () => {
    const { stdout } = await runCommand(place, 'tasks', 'sync', file, '--dry-run', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      project: realpathSync(repository),
      totals: { total_sessions: 0 },
    });
  });
});

describe('the files of a repository', () => {
  it('are the known ones', async () => {
    const claudeDir = join(folder, 'known');
    writeReportConversations(join(claudeDir, 'projects'));
    const known: Place = { home: join(folder, 'known-home'), claudeDir };
    const metrics = join(folder, 'metrics');
    mkdirSync(metrics);
    const [tasks, sessions] = [join(metrics, 'tasks.json'), join(metrics, 'sessions.json')];
    writeFileSync(tasks, readFileSync(new URL('../fixtures/reports/tasks.json', import.meta.url)));
    const zone = ['--timezone', 'Europe/Berlin'];
    await runCommand(known, 'sessions', '--out', sessions, ...zone);
    await runCommand(known, 'tasks', 'sync', tasks, '--project', '/home/dev/shop', ...zone);
    await expect(readFileSync(tasks, 'utf8')).toMatchFileSnapshot('../golden/reports/tasks.json');
    await expect(readFileSync(sessions, 'utf8')).toMatchFileSnapshot(
      '../golden/reports/sessions.json',
    );
  });
});

describe('export kpi', () => {
  it('replaces the block between its marks and nothing else', async () => {
    const readme = join(folder, 'README.md');
    const around = (block: string): string =>
      `# A\r\n<!-- hall-monitor:kpi -->\r\n${block}<!-- /hall-monitor:kpi -->\r\nend`;
    writeFileSync(readme, around('old\r\n'));
    const { code } = await runCommand(place, 'export', 'kpi', '--into', readme, '--no-sync');
    expect(code).toBe(0);
    const { stdout } = await runCommand(place, 'export', 'kpi', '--markdown', '--no-sync');
    expect(stdout).toMatch(/^\| Claude Code \| \|\n\|---\|--:\|\n\| Sessions \| \d/);
    expect(readFileSync(readme, 'utf8')).toBe(around(stdout.replaceAll('\n', '\r\n')));
    const again = await runCommand(place, 'export', 'kpi', '--into', readme, '--no-sync');
    expect(again.stderr).toContain('Nothing changed');
  });

  it('refuses a file without the marks', async () => {
    const plain = join(folder, 'plain.md');
    writeFileSync(plain, '# A\n');
    const { code, stderr } = await runCommand(place, 'export', 'kpi', '--into', plain, '--no-sync');
    expect([code, stderr]).toEqual([2, expect.stringContaining('<!-- hall-monitor:kpi -->')]);
  });
});
