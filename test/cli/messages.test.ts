import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/run-cli.ts';
import { RawTracesHome } from '../support/raw-traces-home.ts';

const SESSION = '5cb6b27a-9207-463e-83c6-3b402ee1bda6';
const FIXTURE = path.join(
  import.meta.dirname,
  '../fixtures/client-2.1.329/projects/-home-dev-project',
);
const files = [`${SESSION}.jsonl`, `${SESSION}/subagents/agent-a6e4ba610b5f8b35d.jsonl`];
let home: RawTracesHome;

beforeEach(() => {
  home = new RawTracesHome();
  for (const file of files) home.writeText(file, readFileSync(path.join(FIXTURE, file)));
});
afterEach(() => home[Symbol.dispose]());

async function run(
  ...args: readonly string[]
): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const code = await runCli(['sessions', ...args], {
    env: {
      HALL_MONITOR_HOME: home.home,
      HALL_MONITOR_CLAUDE_DIRS: home.claudeDir,
      HALL_MONITOR_TIMEZONE: 'UTC',
    },
    print: (text) => void (out += text),
    note: (text) => void (err += text),
    columns: 100,
    isInteractive: false,
    hasColour: false,
    nowMs: () => Date.parse('2026-11-21T00:00:00Z'),
  });
  return { code, out, err };
}

describe('hall-monitor sessions <id> --messages', () => {
  it('reads transcripts while they are there, and says how to keep what is said', async () => {
    const { code, out, err } = await run(SESSION.slice(0, 8), '--messages');
    expect(code).toBe(0);
    expect(out).toContain(`Session ${SESSION}, from the transcripts; times in UTC.`);
    expect(out).toContain('in subagent a6e4ba610b5f8b35d');
    expect(err).toContain('rawTraces.enabled');
  });

  it('says the same from raw traces, also when the transcripts are gone', async () => {
    interface Told {
      readonly source: string;
      readonly messages: readonly { readonly sequence: number }[];
    }
    const fromTranscripts = JSON.parse((await run(SESSION, '--messages', '--json')).out) as Told;
    await home.keep(...files);
    for (const file of files) rmSync(home.file(file));
    const { code, out, err } = await run('5cb6', '--messages', '--json', '--no-sync');
    const fromTraces = JSON.parse(out) as Told;
    expect({ code, err, source: fromTraces.source }).toEqual({
      code: 0,
      err: '',
      source: 'raw traces',
    });
    const unnumbered = ({ messages }: Told): unknown =>
      messages.map((each) => ({ ...each, sequence: 0 }));
    expect(unnumbered(fromTraces)).toEqual(unnumbered(fromTranscripts));
  });

  it('stops at its limit, and says that there is more', async () => {
    await home.keep(...files);
    const { out } = await run(SESSION, '--messages', '--limit', '2', '--no-sync');
    expect(out.match(/^2026-/gm)).toHaveLength(2);
    expect(out).toContain('--limit 10');
  });

  it('fails with words where nothing is kept of the session', async () => {
    const { code, out, err } = await run('nobody', '--messages');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('nothing that was said in a session nobody is kept');
  });

  it.each([[SESSION], ['--messages']])('is refused in part: %s', async (argument) => {
    expect((await run(argument)).code).toBe(2);
  });
});
