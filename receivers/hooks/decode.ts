import type { MonitorRecord, RejectReason } from '../../src/records/record.ts';
import { decodeModelSwitch, decodeOther } from './decode-other.ts';
import { decodeUserPromptSubmit } from './decode-prompt.ts';
import {
  decodeSessionEnd,
  decodeSessionStart,
  decodeSubagentStart,
  decodeSubagentStop,
} from './decode-session.ts';
import {
  decodePermissionDenied,
  decodePermissionRequest,
  decodePostToolBatch,
  decodePostToolUse,
  decodePostToolUseFailure,
  decodePreToolUse,
} from './decode-tool.ts';
import { HOOK_EVENTS } from './events.ts';
import { own } from '../../src/records/foreign-value.ts';
import { digestOf, type Payload, readPayload, word } from './payload.ts';
import { type DecodeEvent, fact, type Told } from './telling.ts';

/** A payload as it arrived. */
export interface Arrival {
  readonly bytes: Uint8Array;
  readonly atMs: number;
  readonly scope: string;
}

/** What a payload tells. */
export interface DecodedHook {
  readonly event: string;
  readonly transcriptPaths: readonly string[];
  readonly records: readonly MonitorRecord[];
}

/** Events of which more is to be understood than their fields. */
const DECODERS: Readonly<Record<string, DecodeEvent>> = {
  SessionStart: decodeSessionStart,
  SessionEnd: decodeSessionEnd,
  UserPromptSubmit: decodeUserPromptSubmit,
  PreToolUse: decodePreToolUse,
  PostToolUse: decodePostToolUse,
  PostToolUseFailure: decodePostToolUseFailure,
  PostToolBatch: decodePostToolBatch,
  PermissionRequest: decodePermissionRequest,
  PermissionDenied: decodePermissionDenied,
  SubagentStart: decodeSubagentStart,
  SubagentStop: decodeSubagentStop,
  PostModelSwitch: decodeModelSwitch,
};

/** Understands one payload, or says why it cannot be used. Events that nobody knows are told under their own name. */
export const decodeHook = ({ bytes, atMs, scope }: Arrival): DecodedHook | RejectReason => {
  const payload = readPayload(bytes);
  if (typeof payload === 'string') return payload;
  const { event: name, fields } = payload;
  const known = Object.hasOwn(HOOK_EVENTS, name) ? HOOK_EVENTS[name] : undefined;
  const event = known ?? { type: `hook_${snakeCase(name)}`, category: 'custom' };
  const told: Told = { payload, event, atMs, scope, digest: () => digestOf(trimmed(bytes)) };
  const decode = (Object.hasOwn(DECODERS, name) ? DECODERS[name] : undefined) ?? decodeOther;
  const records = [
    ...decode(told),
    ...fact(told, 'permission_mode', word(own(fields, 'permission_mode'), 64)),
    ...fact(told, 'effort', word(own(own(fields, 'effort'), 'level'), 64)),
  ];
  return { event: name, transcriptPaths: transcriptsOf(payload), records };
};

/** `PostToolUse` becomes `post_tool_use`. */
const snakeCase = (name: string): string =>
  name.replaceAll(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter}`).toLowerCase();

/** The payload without the newline that one way of sending adds and another does not. */
const trimmed = (bytes: Uint8Array): Uint8Array => {
  let stop = bytes.length;
  while (stop > 0 && (bytes[stop - 1] === 0x0a || bytes[stop - 1] === 0x0d)) stop -= 1;
  return bytes.subarray(0, stop);
};

const transcriptsOf = ({ transcriptPath, fields }: Payload): readonly string[] => {
  const agentPath = word(own(fields, 'agent_transcript_path'), 4096);
  return [transcriptPath, agentPath].filter((path): path is string => path !== null && path !== '');
};
