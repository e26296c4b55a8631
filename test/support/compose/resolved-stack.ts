import { spawnSync } from 'node:child_process';
import { devNull } from 'node:os';
import { fileURLToPath } from 'node:url';
import { composeCommand } from './built-compose.ts';

/** Root of this repository. */
export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** A mount as Compose resolves it. */
export interface Mount {
  readonly type: 'bind' | 'volume' | 'tmpfs';
  readonly source?: string;
  readonly target: string;
  readonly read_only?: boolean;
}

/** A service as Compose resolves it, with what the tests look at. */
export interface Service {
  readonly image?: string;
  readonly build?: unknown;
  readonly user?: string;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly read_only?: boolean;
  readonly privileged?: boolean;
  readonly network_mode?: string;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly ports?: readonly {
    readonly host_ip?: string;
    readonly published?: string;
    readonly target: number;
  }[];
  readonly volumes?: readonly Mount[];
  readonly environment?: Readonly<Record<string, string | null>>;
}

/** What `docker compose config --format json` prints. */
export interface Stack {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

/** How to ask: arguments before `config`, and settings of whoever starts the stack. */
export interface Asked {
  readonly file?: string;
  readonly profiles?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs `docker compose … config` with nothing of the environment of whoever runs this but the paths that Docker needs. */
export function runConfig(
  { file = 'docker-compose.yml', profiles = [], env = {} }: Asked,
  ...args: readonly string[]
): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const [command, ...first] = composeCommand() ?? [];
  if (command === undefined) throw new Error('There is no Docker Compose.');
  const chosen = profiles.flatMap((profile) => ['--profile', profile]);
  const place = ['--project-directory', ROOT, '--env-file', devNull, '--file', file];
  return spawnSync(command, [...first, ...place, ...chosen, 'config', ...args], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    encoding: 'utf8',
  });
}

/** The stack as Compose understands it; throws with what Compose says where it is not valid. */
export function resolvedStack(asked: Asked = {}): Stack {
  const { status, stdout, stderr } = runConfig(asked, '--format', 'json');
  if (status !== 0) throw new Error(`docker compose config ended with ${status}: ${stderr}`);
  // A variable that is not set is a warning, and the value then is empty.
  if (stderr !== '') throw new Error(`docker compose config warns: ${stderr}`);
  return JSON.parse(stdout) as Stack;
}
