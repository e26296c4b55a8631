import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type MessageAnswer, streamMessage, writeMessage } from './messages-answer.ts';
import type { AnswerTurn, Scenario } from './scenario.ts';
import {
  isTitleRequest,
  type MessagesRequest,
  nextTurn,
  sessionOf,
  usageOf,
} from './script-answer.ts';
import { eventsIn, type Export, type TelemetryEvent } from './telemetry.ts';

/** An answer that was given, and what for. */
export interface GivenAnswer extends MessageAnswer {
  readonly isTitle: boolean;
  readonly sessionId: string;
}

/** A server on loopback that stands in for the Messages API, and keeps the telemetry it is sent. */
export interface StandInApi {
  readonly url: string;
  /** Answers of the model so far; errors are not among them. */
  readonly answers: readonly GivenAnswer[];
  /** Errors that were answered so far. */
  readonly errors: readonly number[];
  /** Bodies of OTLP requests so far. */
  readonly exports: readonly Export[];
  /** Events of the telemetry so far. */
  readonly events: () => readonly TelemetryEvent[];
  readonly close: () => void;
}

interface Talk {
  readonly scenario: Scenario;
  readonly answers: GivenAnswer[];
  readonly errors: number[];
}

/** Starts to answer by a scenario. */
export async function startStandInApi(scenario: Scenario): Promise<StandInApi> {
  const talk: Talk = { scenario, answers: [], errors: [] };
  const exports: Export[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    bodyOf(request).then(
      (body) => {
        if (path.startsWith('/v1/messages') && !path.includes('count_tokens')) {
          answer(talk, body as MessagesRequest, response);
          return;
        }
        const isOtlp = /^\/v1\/(logs|metrics|traces)/.test(path);
        if (isOtlp) exports.push({ path, body });
        sendJson(response, 200, isOtlp ? {} : { input_tokens: 1 });
      },
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answers: talk.answers,
    errors: talk.errors,
    exports,
    events: () => eventsIn(exports),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function answer(talk: Talk, request: MessagesRequest, response: ServerResponse): void {
  const turn = nextTurn(talk.scenario, request);
  if ('status' in turn) {
    talk.errors.push(turn.status);
    const error = { type: turn.error, message: 'The scenario wants it so.' };
    response.setHeader('x-should-retry', 'false');
    sendJson(response, turn.status, { type: 'error', error });
    return;
  }
  const given: GivenAnswer = {
    ...messageOf(talk, request, turn),
    isTitle: isTitleRequest(request),
    sessionId: sessionOf(request),
  };
  talk.answers.push(given);
  if (request.stream === true) streamMessage(response, given);
  else writeMessage(response, given);
}

const messageOf = (
  { answers }: Talk,
  { model }: MessagesRequest,
  turn: AnswerTurn,
): MessageAnswer => ({
  requestId: apiId('req'),
  messageId: apiId('msg'),
  model,
  blocks: turn.blocks.map((block) =>
    block.type === 'text' ? block : { ...block, id: apiId('toolu') },
  ),
  usage: usageOf(turn, answers.length + 1),
});

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString('utf8');
  return text === '' ? {} : JSON.parse(text);
}

/** An id as the API gives it out. */
const apiId = (prefix: string): string =>
  `${prefix}_01${randomBytes(24).toString('base64url').replaceAll(/[-_]/g, 'Z').slice(0, 22)}`;
