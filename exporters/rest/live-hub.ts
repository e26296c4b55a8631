/**
 * Feeds all open streams from the log, in order and each line of it exactly once.
 *
 * One loop reads the log for all clients; each says which lines it wants. A client that comes back is first told what
 * it missed, as fast as it takes it, and joins the others when it has caught up. What a client has not taken yet is
 * counted in bytes; one that is too far behind is cut off and can resume where it was.
 */
import { setImmediate } from 'node:timers/promises';
import type { Stored } from '../../src/store/store.ts';
import type { RestConfig, RestDeps } from './deps.ts';
import { liveEvent } from './encode.ts';
import type { LiveClient, Wants } from './live-client.ts';

/** Opens streams and feeds them. */
export interface LiveHub {
  /** A stream of what comes after `startSeq`; of what comes from now on where that is undefined or unknown. */
  readonly open: (wants: Wants, startSeq: number | undefined) => ReadableStream<Uint8Array>;
  readonly run: (signal: AbortSignal) => Promise<void>;
  /** How many streams are open. */
  readonly size: () => number;
}

const RECONNECT_MS = 2_000;
const PAGE = 200;

/** Makes a hub without clients. */
export function createLiveHub(deps: RestDeps, config: RestConfig['sse']): LiveHub {
  const { reader } = deps;
  const clients = new Set<LiveClient>();
  const write = createWriter(clients, deps.count);
  const run = async (signal: AbortSignal): Promise<void> => {
    const stopBeating = startBeating(clients, write, config.heartbeatMs);
    let seq = reader.lastSeq();
    while (!signal.aborted) {
      await reader.changed(seq, signal);
      const isHeard = clients.size > 0;
      // Read first: what is nobody's to hear is passed over, and nothing that comes meanwhile.
      const lastSeq = reader.lastSeq();
      const page = signal.aborted || !isHeard ? [] : reader.after(seq, PAGE);
      for (const stored of page) {
        tellAll(clients, stored, write);
      }
      seq = page.at(-1)?.seq ?? lastSeq;
      if (page.length === PAGE) {
        await setImmediate();
      }
    }
    stopBeating();
    for (const { controller } of clients) {
      controller.close();
    }
    clients.clear();
  };
  return {
    open: (wants, startSeq) =>
      openStream({ clients, reader, wants, startSeq, bufferBytes: config.bufferBytes }),
    run,
    size: () => clients.size,
  };
}

type Write = (client: LiveClient, bytes: Uint8Array) => void;

function createWriter(clients: Set<LiveClient>, count: RestDeps['count']): Write {
  return (client, bytes) => {
    client.controller.enqueue(bytes);
    if ((client.controller.desiredSize ?? 0) < 0) {
      clients.delete(client);
      client.controller.error(new Error('The client does not read.'));
      count('sse_dropped', 'slow');
    }
  };
}

/** Keeps idle streams open. A client that is still told what it missed needs no sign of life. */
function startBeating(clients: ReadonlySet<LiveClient>, write: Write, everyMs: number): () => void {
  const beat = new TextEncoder().encode(': still here\n\n');
  const timer = setInterval(() => {
    for (const client of clients) {
      if (client.isLive) {
        write(client, beat);
      }
    }
  }, everyMs);
  return () => clearInterval(timer);
}

/** Tells a line to everybody who has caught up and wants it; its text is made once. */
function tellAll(clients: ReadonlySet<LiveClient>, stored: Stored, write: Write): void {
  let bytes: Uint8Array | undefined;
  for (const client of clients) {
    if (client.isLive && client.seq < stored.seq) {
      client.seq = stored.seq;
      if (client.wants(stored)) {
        bytes ??= new TextEncoder().encode(liveEvent(stored));
        write(client, bytes);
      }
    }
  }
}

interface Opening {
  readonly clients: Set<LiveClient>;
  readonly reader: RestDeps['reader'];
  readonly wants: Wants;
  readonly startSeq: number | undefined;
  readonly bufferBytes: number;
}

function openStream(opening: Opening): ReadableStream<Uint8Array> {
  const { clients, reader, wants, startSeq, bufferBytes } = opening;
  const lastSeq = reader.lastSeq();
  const isBehind = startSeq !== undefined && startSeq < lastSeq;
  let client: LiveClient | undefined;
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        client = { controller, wants, seq: isBehind ? startSeq : lastSeq, isLive: !isBehind };
        clients.add(client);
        controller.enqueue(new TextEncoder().encode(`retry: ${RECONNECT_MS}\n\n`));
      },
      // Asked for whenever there is room: what was missed goes out as fast as it is taken, and no faster.
      pull: () =>
        client === undefined || client.isLive ? undefined : replay(client, clients, reader),
      cancel: () => void (client !== undefined && clients.delete(client)),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: bufferBytes }),
  );
}

/** Tells a returning client the next part of what it missed, or lets it join the others. */
async function replay(
  client: LiveClient,
  clients: ReadonlySet<LiveClient>,
  reader: RestDeps['reader'],
): Promise<void> {
  while (clients.has(client) && !client.isLive) {
    const page = reader.after(client.seq, PAGE);
    client.isLive = page.length === 0;
    client.seq = page.at(-1)?.seq ?? client.seq;
    const told = page.filter(client.wants);
    if (told.length > 0) {
      const text = told.map(liveEvent).join('');
      client.controller.enqueue(new TextEncoder().encode(text));
      return;
    }
    await setImmediate();
  }
}
