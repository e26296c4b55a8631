import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';

/** A request that came in. */
export interface Posted {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What is done about a request; one that does nothing leaves it without an answer. */
export type Reaction = (response: ServerResponse, posted: Posted) => void;

/** A webhook on loopback that keeps what it is sent. */
export interface WebhookServer extends AsyncDisposable {
  readonly origin: string;
  readonly posted: readonly Posted[];
  /** How the next requests are answered, the last one for ever. */
  readonly react: (...reactions: readonly Reaction[]) => void;
  /** Resolves when so many requests have come in. */
  readonly arrived: (count: number) => Promise<void>;
  /** Resolves when no connection is open any more. */
  readonly quiet: () => Promise<void>;
}

/** Answers with a status, and without a body. */
export const status =
  (code: number, headers: Readonly<Record<string, string>> = {}): Reaction =>
  (response) =>
    void response.writeHead(code, headers).end();

/** Starts one that answers 204. */
export async function startWebhook(): Promise<WebhookServer> {
  const posted: Posted[] = [];
  const sockets = new Set<Socket>();
  const closings: Promise<void>[] = [];
  let reactions: Reaction[] = [status(204)];
  let heard = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    const { method = '', url: path = '', headers } = request;
    void text(request).then(
      (body) => {
        const one = { method, path, headers, body };
        posted.push(one);
        const [reaction] = reactions;
        if (reactions.length > 1) reactions = reactions.slice(1);
        reaction?.(response, one);
        heard.resolve();
        heard = Promise.withResolvers();
      },
      () => undefined,
    );
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    const closing = Promise.withResolvers<void>();
    closings.push(closing.promise);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
      closing.resolve();
    });
  });
  // Whoever keeps a connection keeps it for longer than a test may take.
  server.keepAliveTimeout = 600_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    posted,
    react: (...next) => void (reactions = [...next]),
    arrived: async (count) => {
      while (posted.length < count) await heard.promise;
    },
    quiet: async () => void (await Promise.all(closings)),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
