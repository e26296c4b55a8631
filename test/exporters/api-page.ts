import { HOOK_EVENTS } from '../../receivers/hooks/events.ts';

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: {
    readonly enum?: readonly string[];
    readonly default?: string | number;
    readonly type?: string;
  };
}

interface Operation {
  readonly summary: string;
  readonly description?: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: {
    readonly content: {
      readonly 'application/json': {
        readonly schema: {
          readonly properties: Readonly<
            Record<string, Parameter['schema'] & { readonly description?: string }>
          >;
        };
      };
    };
  };
}

/** The part of an OpenAPI description that the page shows. */
export interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** What every event of the client becomes. */
const hookRows = (): string =>
  Object.entries(HOOK_EVENTS)
    .map(([event, { type, category }]) => `| \`${event}\` | \`${type}\` | \`${category}\` |`)
    .join('\n');

const HEAD = `# HTTP interface

One port for everything: 127.0.0.1:9464 unless configured otherwise. The routes below are made from the schemas that check
the requests, as \`GET /openapi.json\` is; a test keeps this page so.

## Rules for all routes

- **Who may ask.** \`Host\` must be \`127.0.0.1\`, \`localhost\` or \`[::1]\`, alone or with our port, or a name from
  \`allowedHosts\`. A foreign \`Origin\`, or \`Sec-Fetch-Site\` other than \`same-origin\` and \`none\`, is refused with 403.
  There are no CORS headers.
- **Token.** On a loopback address reading needs none, but for messages of sessions: 401 without it, 403 where none is
  configured. A POST needs it wherever one is configured. On any other address
  everything but \`/healthz\` and \`/readyz\` needs it: \`Authorization: Bearer <token>\`, else 401. Without a token the server
  does not listen on such an address at all.
- **POST** takes \`application/json\` (415 for anything else) of at most 1 MiB (413).
- **Lists** answer \`{ "data": [...], "next": <cursor or null> }\`; give \`next\` back as \`cursor\` to go on. A page of
  \`/api/metrics\` may be short, even empty, while \`next\` is not null: a search for something rare stops after some 16,000
  entries and goes on with the next page.
- **Mistakes** answer \`{ "error": { "message", "parameter"?, "allowed"?, "hint"? } }\`: 400 for a wrong, unknown or repeated
  parameter, 404, 405 with \`Allow\`, 429 and 503 with \`Retry-After\`.
- **Times** are ISO 8601 or unix milliseconds; spans are half-open. A date is its first moment, and what names no offset
  is in the zone asked for, else the configured one. Answers are in UTC.
- \`start_time\`, \`end_time\`, \`session_id\`, \`tool_name\` and \`tags\` are other names of \`from\`, \`to\`, \`session\`, \`tool\` and \`tag\`.
- Money is USD, not rounded. A cost that is not known is absent; \`unpriced_requests\` says how often that is so.

## Health

| Path | Answer |
|---|---|
| \`GET /healthz\` | 200 \`ok\` as long as the process answers |
| \`GET /readyz\` | 200 \`{ "ready": true, "reasons": [] }\`, or 503 with the reasons, such as a backfill that is under way; \`warnings\` where an exporter does not get on |
| \`GET /metrics\` | see [metrics.md](metrics.md) |

## Hooks in

\`POST /hooks\` takes what Claude Code sends for a hook of \`type: "http"\`: the payload as the body, of any size up to
\`hooks.maxPayloadBytes\` (a longer one is put aside and counted). The answer is 200 without a body once the payload is on
disk, also for one that cannot be used, since the client would show its user anything else; 503 where it cannot be kept.
\`X-Hall-Monitor-Scope\` may say where the hook is registered: \`user\`, \`project\`, \`local\` or \`plugin\`.

What hooks tell becomes entries of these types, in \`/api/metrics\` and the live stream, with \`source\` \`hook\` where no transcript
tells of it too:

| Event | \`event_type\` | \`event_category\` |
|---|---|---|
${hookRows()}
| any other | \`hook_\` and its name in snake case | \`custom\` |

\`tool_start\`, \`tool_completed\` and \`tool_failed\` are one entry that is told again as it goes on, under one id. A call of which nothing
more was heard before its session went on stays \`tool_start\`, with \`error_class\` \`interrupted\`. What the client itself puts in as a
prompt is \`injected_prompt\`.

## Plans

A plan is a folder below \`dev/active\` or \`dev/complete\` of a project. It is told by its name, or by its \`plan_id\` where projects
share a name or the name is that of another path, such as \`events\`; a name stands in the path as \`encodeURIComponent\` writes it.
What answers for a name answers for every plan that has it, the one that changed last first.

- \`location\` is where the folder lies and \`progress\` what the features say; nothing is concluded from one to the other, so a plan
  may be \`complete\` with none of 33 features completed.
- An *activation* is one time that the plan lay in \`dev/active\`, an *attempt* one try at a feature in it. Where the start of an
  attempt was not seen, \`start_inferred\` is true and there is no duration. What goes on has \`elapsed_ms\` and no duration.
- Each request and tool call of a session that works on a plan belongs to one attempt, or to \`rest\`. \`features\`, \`earlier\` (features
  of a writing of the plan before the present one) and \`rest\` add up to \`total\`, except \`files_touched\`, which counts different
  files.
- \`touched_planned\` and \`touched_unplanned\` compare the files that a feature names with those that Edit, MultiEdit, NotebookEdit
  and Write changed; both are null where it names none. The plan's own folder counts as neither.
- A plan event is told again with a higher \`revision\` when it is found out who it was. \`data.session_source\` and
  \`data.time_source\` say how that and its time are known.
- Spans have the same ids each time, also from a store that was built anew. \`gen_ai.usage.input_tokens\` is everything that was
  read, from the cache or not.

## The live streams

\`GET /events/metrics\` sends every entry as it is committed, \`GET /events/plans\` every plan event:

\`\`\`
id: 4711
event: metric
data: {"id":"req_...","revision":0,"timestamp":"2026-11-20T09:00:00.000Z",...}

id: 4712
event: plan
data: {"id":"pev_...","revision":0,"timestamp":"2026-11-20T09:00:01.000Z",...}
\`\`\`

\`id\` is the place in the log, which both share. A client that comes back with \`Last-Event-ID\` (browsers do so by themselves) or
\`?last_event_id=\` is told everything it missed, each thing once, and then what is new. An entry or plan event whose fields
grow is told again with the same \`data.id\` and a higher \`revision\`: keep the highest. A comment every 15 s keeps the line open.
A client that is more than 1 MiB behind is cut off and can resume; more than 100 streams are refused with 503, more than 5
opened by one address within a minute with 429. All four numbers are configurable (\`sse\`).
`;

/** The page that describes the HTTP interface. */
export function apiPage({ paths }: Description): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const aliases = operations.filter(({ operation }) => operation.description !== undefined);
  const main = operations.filter(({ operation }) => operation.description === undefined);
  const names = aliases.map(
    ({ path, operation }) =>
      `| \`${path}\` | \`${(operation.description ?? '').replace(/^.* of |\.$/g, '')}\` |`,
  );
  return `${HEAD}${main.map(section).join('')}\n## Other names\n\n| Path | Is |\n|---|---|\n${names.join('\n')}\n`;
}

function section({
  path,
  method,
  operation,
}: {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
}): string {
  const body = Object.entries(
    operation.requestBody?.content['application/json'].schema.properties ?? {},
  );
  const rows = [
    ...operation.parameters.map(({ name, required, description = '', schema }) =>
      row(name, required, description, schema),
    ),
    ...body.map(([name, { description = '', ...schema }]) => row(name, false, description, schema)),
  ];
  const table =
    rows.length === 0
      ? ''
      : `\n| ${body.length === 0 ? 'Parameter' : 'Field'} | | Meaning |\n|---|---|---|\n${rows.join('\n')}\n`;
  return `\n## ${method.toUpperCase()} ${path}\n\n${operation.summary}\n${table}`;
}

function row(
  name: string,
  required: boolean,
  description: string,
  schema: Parameter['schema'],
): string {
  const allowed = schema.enum?.map((value) => `\`${value}\``).join(', ') ?? '';
  const preset = schema.default === undefined ? '' : `default \`${schema.default}\``;
  return `| \`${name}\` | ${[required ? 'required' : '', allowed, preset].filter((part) => part !== '').join('; ')} | ${description.replaceAll('|', '\\|')} |`;
}
