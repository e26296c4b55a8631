import { get, type IncomingMessage } from 'node:http';

/** One event of a live stream. */
export interface LiveEvent {
  readonly seq: number;
  readonly entry: {
    readonly id: string;
    readonly revision: number;
    readonly event_type: string;
    readonly session_id: string;
    readonly data: Readonly<Record<string, unknown>>;
  };
}

/** A stream that is being listened to. */
export interface EventClient {
  /** Resolves with the stream's headers when it is open. */
  readonly opened: Promise<IncomingMessage>;
  readonly close: () => void;
}

/** Listens to a live stream; every event is handed on as soon as its last byte is here. */
export function listen(
  url: string,
  onEvent: (event: LiveEvent) => void,
  headers: Readonly<Record<string, string>> = {},
): EventClient {
  const opened = Promise.withResolvers<IncomingMessage>();
  let waiting = '';
  const request = get(url, { headers, agent: false }, (response) => {
    opened.resolve(response);
    response.setEncoding('utf8').on('data', (text: string) => {
      const blocks = (waiting + text).split('\n\n');
      waiting = blocks.pop() ?? '';
      for (const block of blocks) {
        const event = readEvent(block);
        if (event !== undefined) onEvent(event);
      }
    });
    response.on('error', () => undefined);
  });
  request.on('error', (error) => opened.reject(error));
  return { opened: opened.promise, close: () => request.destroy() };
}

function readEvent(block: string): LiveEvent | undefined {
  const fields = new Map(
    block
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(': ') + 2)]),
  );
  const [id, data] = [fields.get('id'), fields.get('data')];
  if (id === undefined || data === undefined) return undefined;
  return { seq: Number(id), entry: JSON.parse(data) as LiveEvent['entry'] };
}
