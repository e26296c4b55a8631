import type { ApiRequestRecord } from '../../src/records/api-request.ts';
import type { ToolCallRecord } from '../../src/records/tool-call.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A request as gathered so far from the lines of one file. */
export type RequestDraft = Mutable<ApiRequestRecord>;

/** A tool call as gathered so far from the lines of one file. */
export type ToolCallDraft = Mutable<ToolCallRecord>;
