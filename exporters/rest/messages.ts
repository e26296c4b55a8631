import { z } from 'zod';
import { problemResponse } from '../../src/runtime/problem.ts';
import type { RestDeps } from './deps.ts';
import * as fields from './fields.ts';
import { blaming, readQuery } from './parameters.ts';
import type { RouteSpec } from './route-spec.ts';
import { answering } from './route-spec.ts';

const SESSION_ID = /^[A-Za-z0-9_-]{1,128}$/;

const query = z.strictObject({ limit: fields.limit(100), cursor: fields.cursor });

const part = z.object({
  kind: z.enum(['text', 'thinking', 'tool_use', 'tool_result', 'other']),
  text: z.string(),
  tool: z.string().nullable(),
  tool_use_id: z.string().nullable(),
  input: z.unknown().describe('What the tool is called with.'),
  is_error: z.boolean(),
});

const message = z.object({
  sequence: z.number().nullable(),
  at: z.string().nullable(),
  role: z.enum(['user', 'assistant', 'system', 'summary']),
  thread: z.enum(['main', 'subagent']),
  agent_id: z.string().nullable(),
  model: z.string().nullable(),
  message_id: z.string().nullable(),
  uuid: z.string().nullable(),
  parent_uuid: z.string().nullable(),
  is_meta: z.boolean().describe('Whether the client wrote it, in the name of the user.'),
  parts: z.array(part),
});

const answer = z.object({
  session_id: z.string(),
  data: z.array(message).describe('Oldest first; secrets are replaced by `[redacted:<type>]`.'),
  next: z.string().nullable(),
});

/** `GET /api/sessions/:id/messages`: the conversation itself, from the raw traces. */
export function messagesRoute({ conversations }: RestDeps): RouteSpec {
  return {
    method: 'GET',
    path: '/api/sessions/:id/messages',
    summary: 'The conversation of a session, from the raw traces; always needs the token.',
    needsToken: true,
    query,
    answer,
    handle: (request, { id = '' }) =>
      answering(() => {
        const { limit, cursor = null } = readQuery(query, new URL(request.url));
        if (!conversations.areKept())
          return problemResponse(404, {
            message: 'No raw traces are kept.',
            hint: 'Set rawTraces.enabled to true in config.json, or HALL_MONITOR_RAW_TRACES_ENABLED=true, and start the collector anew.',
          });
        const page = SESSION_ID.test(id)
          ? blaming(cursor === null ? 'id' : 'cursor', () =>
              conversations.page({ session: id, cursor, limit }),
            )
          : undefined;
        if (page === undefined)
          return problemResponse(404, {
            message: 'No raw traces are kept of such a session.',
            parameter: 'id',
            hint: 'GET /api/sessions lists sessions; those from before raw traces were switched on may have none.',
          });
        const { session_id, messages, next } = page;
        return Response.json({ session_id, data: messages, next });
      }),
  };
}
