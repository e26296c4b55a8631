import { isLoopback } from '../../runtime/loopback.ts';

/** Where telemetry goes, fit to be shown. */
export interface Destination {
  /** Scheme, host and port; a user, a path or a query may hold a secret and are left out. */
  readonly shown: string;
  /** Whether it stays on this machine. */
  readonly isLocal: boolean;
  /** The address in one spelling, by which two are the same; never shown. */
  readonly key: string;
}

const MAX_SHOWN = 120;

/** Understands an endpoint as exporters do: an address, or for gRPC a host and port alone. */
export function readDestination(endpoint: string): Destination {
  const written = endpoint.trim();
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(written) ? written : `http://${written}`;
  if (!URL.canParse(address)) {
    return { shown: 'an address that cannot be read', isLocal: false, key: address };
  }
  const { protocol, host, hostname, pathname, href } = new URL(address);
  const shown = `${protocol}//${host}${pathname.length > 1 ? '/…' : ''}`;
  return {
    shown: shown.length > MAX_SHOWN ? `${shown.slice(0, MAX_SHOWN)}…` : shown,
    isLocal: isLoopback(hostname),
    key: href,
  };
}
