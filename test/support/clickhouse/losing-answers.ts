import { createServer, request as ask } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** Something between the exporter and ClickHouse that hands on what is asked and loses some of the answers. */
export interface LosingAnswers {
  readonly url: string;
  /** How many answers it has lost. */
  readonly lost: () => number;
  readonly close: () => Promise<void>;
}

/** Stands before the ClickHouse at `target`; the first answer to each table's inserts gets lost. */
export async function loseAnswers(target: string): Promise<LosingAnswers> {
  const seen = new Set<string>();
  let lost = 0;
  const server = createServer((incoming, response) => {
    void buffer(incoming).then((body) => {
      const { method = 'GET', headers, url = '/' } = incoming;
      const query = new URL(url, target).searchParams.get('query') ?? '';
      const isFirst = query.startsWith('INSERT') && !seen.has(query);
      seen.add(query);
      const onward = ask(new URL(url, target), { method, headers }, (answer) => {
        if (isFirst) {
          lost += 1;
          answer.resume().on('end', () => response.destroy());
          return;
        }
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      });
      onward.on('error', () => response.destroy());
      onward.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lost: () => lost,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
