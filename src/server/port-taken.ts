import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { get } from 'node:http';
import { basename } from 'node:path';
import { ConfigError } from '../errors.ts';

/** The port is in use; the command line ends with `exitCode` (69, "service unavailable" in sysexits). */
export class PortTakenError extends ConfigError {
  readonly exitCode = 69;
}

/** The error that says who has the port, as far as this machine tells. */
export async function portTakenError(
  host: string,
  port: number,
  cause: unknown,
): Promise<PortTakenError> {
  const [isOurs, holder] = [await isHallMonitor(host, port), portHolder(port)];
  const who = isOurs
    ? ` by another Hall Monitor${holder === undefined ? '' : ` (${holder})`}`
    : holder === undefined
      ? ''
      : ` by ${holder}`;
  return new PortTakenError(`Port ${port} on ${host} is already taken${who}.`, {
    hint: isOurs
      ? 'One is enough for all sessions: use the one that runs, or stop it first.'
      : 'Stop that program, or choose another port with --port or HALL_MONITOR_PORT.',
    cause,
  });
}

/** Process that listens on the port, such as `process 4242, node server.js`; undefined where Linux does not tell us. */
export function portHolder(port: number): string | undefined {
  const inodes = new Set(
    ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((path) => listeningInodes(readText(path), port)),
  );
  if (inodes.size === 0) {
    return undefined;
  }
  const pid = names('/proc').find((name) => /^\d+$/.test(name) && holdsSocket(name, inodes));
  return pid === undefined ? undefined : `process ${pid}, ${commandOf(pid)}`;
}

/** Inodes of the sockets that listen on the port, from the text of /proc/net/tcp. */
export function listeningInodes(table: string, port: number): readonly string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return table
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => state === '0A' && local?.endsWith(suffix) === true)
    .flatMap((fields) => fields[9] ?? []);
}

function holdsSocket(pid: string, inodes: ReadonlySet<string>): boolean {
  return names(`/proc/${pid}/fd`).some((fd) => {
    const inode = /^socket:\[(\d+)\]$/.exec(linkTarget(`/proc/${pid}/fd/${fd}`))?.[1];
    return inode !== undefined && inodes.has(inode);
  });
}

/** The program and its first word, never the rest: arguments may be secret. */
function commandOf(pid: string): string {
  const [program = '', ...rest] = readText(`/proc/${pid}/cmdline`).split('\0');
  const first = rest.find((word) => !word.startsWith('-')) ?? '';
  const words = [basename(program), basename(first)].filter((word) => word !== '');
  return words.join(' ').replace(/[^\x20-\x7e]/g, '?') || 'unnamed';
}

function isHallMonitor(host: string, port: number): Promise<boolean> {
  const target = ['0.0.0.0', '::', ''].includes(host)
    ? '127.0.0.1'
    : host.replace(/^\[(.*)\]$/, '$1');
  return new Promise((resolve) => {
    const request = get({ host: target, port, path: '/healthz', timeout: 500 }, (response) => {
      response.resume();
      resolve(response.headers['server'] === 'hall-monitor');
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function names(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function linkTarget(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
