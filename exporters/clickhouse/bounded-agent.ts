/**
 * Connections whose answers are bounded: the client would read whatever a far side says into one text, however long it
 * is, and wait for as long as it drips.
 */
import { Agent as PlainAgent, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as TlsAgent } from 'node:https';

/** How much an answer may be. */
export interface AnswerBounds {
  readonly maxBytes: number;
  /** From its head to its end. */
  readonly maxMs: number;
}

/** Part of every agent, though Node's own types leave it out: every request passes here before it gets a socket. */
interface Accepting {
  addRequest: (request: ClientRequest, ...others: unknown[]) => void;
}

/** An agent for the protocol of an address. Answers are never compressed, for none is asked to be. */
export function createBoundedAgent(
  { protocol }: URL,
  { maxSockets, ...bounds }: AnswerBounds & { readonly maxSockets: number },
): PlainAgent {
  const options = { keepAlive: true, maxSockets };
  const agent = protocol === 'https:' ? new TlsAgent(options) : new PlainAgent(options);
  const accepting = agent as unknown as Accepting;
  const addRequest = accepting.addRequest.bind(agent);
  accepting.addRequest = (request, ...others) => {
    request.once('response', (response: IncomingMessage) => bound(response, bounds));
    addRequest(request, ...others);
  };
  return agent;
}

function bound(response: IncomingMessage, { maxBytes, maxMs }: AnswerBounds): void {
  const timer = setTimeout(() => response.destroy(new Error('Timeout of the answer.')), maxMs);
  response.once('close', () => clearTimeout(timer));
  const isPlain = response.headers['content-encoding'] === undefined;
  let left = isPlain ? maxBytes : 0;
  const push = response.push.bind(response);
  response.push = (part: Buffer | null, encoding) => {
    left -= part?.length ?? 0;
    if (left >= 0) return push(part, encoding);
    response.destroy(new Error('The answer is too long, or in a form that was not asked for.'));
    return false;
  };
}
