/** Address that a request came from, as the socket tells; headers may claim anything. */
const peers = new WeakMap<Request, string>();

/** Remembers where a request came from, for as long as it lives. */
export function rememberPeer(request: Request, address: string): void {
  peers.set(request, address);
}

/** Where a request came from; 'local' when it came over no socket. */
export function peerOf(request: Request): string {
  return peers.get(request) ?? 'local';
}
