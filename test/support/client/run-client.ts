import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { endOf, type Ended } from '../running-command.ts';
import { followInput } from './follow-input.ts';
import { clientProgram } from './installed-client.ts';
import type { InputStep } from './scenario.ts';

/** One start of the client. */
export interface ClientStart {
  /** Its home; what it keeps lies in `.claude` there. */
  readonly home: string;
  readonly workDir: string;
  /** Where the stand-in is. */
  readonly apiUrl: string;
  readonly args: readonly string[];
  /** What a person does, for a client that reads a stream. */
  readonly input?: readonly InputStep[];
  readonly env?: Readonly<Record<string, string>>;
}

/** What the client itself says at the end of a turn. */
export interface ClientResult {
  readonly session_id: string;
  /** Of the whole session so far, with what it took over from another one. */
  readonly total_cost_usd: number;
  readonly num_turns: number;
  readonly is_error: boolean;
  readonly subtype: string;
  readonly modelUsage: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** How a client ended. */
export interface ClientEnd extends Ended {
  readonly wallMs: number;
  /** One for each turn that ended. */
  readonly results: readonly ClientResult[];
}

const DEADLINE_MS = 120_000;

/** Runs the real client to its end, in a home and an environment of its own; kills it where it takes too long. */
export async function runClient(start: ClientStart): Promise<ClientEnd> {
  mkdirSync(join(start.home, '.claude'), { recursive: true });
  mkdirSync(start.workDir, { recursive: true });
  const startMs = performance.now();
  const child = spawn(clientProgram(), start.args, {
    cwd: start.workDir,
    env: clientEnvironment(start),
    stdio: [start.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  const deadline = setTimeout(() => child.kill('SIGKILL'), DEADLINE_MS);
  if (start.input !== undefined) followInput(child, start.input);
  try {
    return await ended(child, startMs);
  } finally {
    clearTimeout(deadline);
  }
}

async function ended(child: ChildProcess, startMs: number): Promise<ClientEnd> {
  const end = await endOf(child);
  return { ...end, wallMs: performance.now() - startMs, results: resultsIn(end.stdout) };
}

/** Nothing of the environment of whoever runs this but the PATH: no account, no settings, and nothing but loopback. */
const clientEnvironment = ({ home, apiUrl, env = {} }: ClientStart): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: home,
  ANTHROPIC_BASE_URL: apiUrl,
  ANTHROPIC_API_KEY: 'not-a-key',
  DISABLE_AUTOUPDATER: '1',
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  CLAUDE_CODE_ENABLE_TELEMETRY: '1',
  OTEL_METRICS_EXPORTER: 'otlp',
  OTEL_LOGS_EXPORTER: 'otlp',
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
  OTEL_EXPORTER_OTLP_ENDPOINT: apiUrl,
  OTEL_METRIC_EXPORT_INTERVAL: '500',
  OTEL_LOGS_EXPORT_INTERVAL: '200',
  ...env,
});

/** The results among what a client said, which is one of them or a stream of messages. */
const resultsIn = (stdout: string): readonly ClientResult[] =>
  stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as ClientResult & { readonly type: string })
    .filter(({ type }) => type === 'result');
