import { hostname, networkInterfaces } from 'node:os';
import { isLoopback } from '../../src/runtime/loopback.ts';
import type { OwnAddress } from './config.ts';

const WILDCARDS: ReadonlySet<string> = new Set(['0.0.0.0', '::', '']);

/** Whether a host name, as a URL spells it, is always this machine. */
export function isLoopbackHost(host: string): boolean {
  const name = bareHost(host);
  return (
    isLoopback(name) ||
    name.endsWith('.localhost') ||
    WILDCARDS.has(name) ||
    // URLs spell 127.x.y.z in IPv6 as two groups of hexadecimal digits.
    /^::ffff:(?:7f[0-9a-f]{2}:|0:0$)/.test(name)
  );
}

/** Whether an address leads back to this program, under whatever name it is spelt. */
export function isOwnAddress(url: URL, { host, port, allowedHosts }: OwnAddress): boolean {
  const target = bareHost(url.hostname);
  const targetPort = Number(url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : url.port);
  const isNamed = allowedHosts.some((each) => {
    const [name, own = String(port)] = splitHost(each.toLowerCase());
    return name === target && own === String(targetPort);
  });
  if (isNamed) return true;
  if (port === 0 || targetPort !== port) return false;
  return isLoopbackHost(target) || target === bareHost(host) || isThisMachine(target, host);
}

/** Whether a name is one of this machine's, where the server listens on all of its addresses. */
function isThisMachine(target: string, host: string): boolean {
  if (!WILDCARDS.has(bareHost(host))) return false;
  const addresses = Object.values(networkInterfaces()).flatMap((each = []) =>
    each.map(({ address }) => address.toLowerCase()),
  );
  return target === hostname().toLowerCase() || addresses.includes(target);
}

function bareHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
}

function splitHost(host: string): readonly [name: string, port?: string] {
  const [, name = host, port] = /^(.*?)(?::(\d+))?$/.exec(host) ?? [];
  return port === undefined ? [bareHost(name)] : [bareHost(name), port];
}
