import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

/** Names under which this server may be asked for; anything else is somebody else's page or a rebound DNS name. */
export interface HostRules {
  /** Address the server listens on. */
  readonly host: string;
  /** Port it listens on; known only once it does when 0 was asked for. */
  readonly port: () => number;
  /** Further names, such as `monitor.internal` or `localhost:19464`, each exactly as a client sends it. */
  readonly allowedHosts: readonly string[];
}

const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * Every value of `Host` that is accepted: each name alone and with our port.
 *
 * A server that listens on all addresses answers to those of this machine, and needs a token anyway.
 */
export function acceptedHosts(rules: HostRules): ReadonlySet<string> {
  const own = isWildcard(rules.host) ? machineAddresses() : [bracketed(bare(rules.host))];
  const accepted = new Set<string>();
  for (const name of [
    ...LOOPBACK_NAMES,
    ...own,
    ...rules.allowedHosts.map((each) => each.toLowerCase()),
  ]) {
    accepted.add(name);
    if (!/:\d+$/.test(name)) {
      accepted.add(`${name}:${rules.port()}`);
    }
  }
  return accepted;
}

/**
 * Why a request is not from where it may be from, or undefined.
 *
 * `Host` is compared as text, so that no spelling of an address is taken for another.
 */
export function foreignReason(
  request: Request,
  accepted: ReadonlySet<string>,
  rules: HostRules,
): string | undefined {
  const target = /^https?:\/\/([^/?#]*)/i.exec(request.url)?.[1]?.toLowerCase();
  const host = request.headers.get('host')?.toLowerCase() ?? target;
  if (
    host === undefined ||
    !accepted.has(host) ||
    (target !== undefined && !accepted.has(target))
  ) {
    return 'This server does not answer to that host name.';
  }
  const origin = request.headers.get('origin');
  if (origin !== null && !isOwnOrigin(origin, accepted, rules)) {
    return 'Pages of other origins may not ask this server.';
  }
  const site = request.headers.get('sec-fetch-site');
  if (site !== null && site !== 'same-origin' && site !== 'none') {
    return 'Pages of other sites may not ask this server.';
  }
  return undefined;
}

function isOwnOrigin(origin: string, accepted: ReadonlySet<string>, rules: HostRules): boolean {
  const match = /^(https?):\/\/([^/?#@]+)$/.exec(origin.toLowerCase());
  const authority = match?.[2];
  if (authority === undefined || !accepted.has(authority)) {
    return false;
  }
  // Without a port an origin means the usual one, which is ours only if we listen there or are named so on purpose.
  const usualPort = match?.[1] === 'http' ? 80 : 443;
  const isNamed = rules.allowedHosts.some((name) => name.toLowerCase() === authority);
  return /:\d+$/.test(authority) || rules.port() === usualPort || isNamed;
}

function isWildcard(host: string): boolean {
  return ['0.0.0.0', '::', ''].includes(bare(host));
}

function machineAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((each) =>
    (each ?? []).map(({ address }) => bracketed(address)),
  );
}

function bare(host: string): string {
  return host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
}

function bracketed(address: string): string {
  return isIP(address) === 6 ? `[${address}]` : address;
}
