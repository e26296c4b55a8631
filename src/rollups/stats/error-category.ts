import type { SEVERITIES } from '../../records/stats-files.ts';
import type { ToolErrorClass } from '../../records/tool-call.ts';

/** Kind of an error in the stats files. */
export type ErrorCategory =
  | 'git'
  | 'concurrency'
  | 'permissions'
  | 'quota'
  | 'crash'
  | 'recursion'
  | 'syntax'
  | 'memory'
  | 'unknown';

const MAX_MESSAGE = 100;

/** Tried in this order; each matches from the beginning of a word on, so that `digit` is not about git. */
const PATTERNS: readonly (readonly [ErrorCategory, RegExp])[] = [
  ['git', /\b(?:fatal:|git|repository|merge)/i],
  ['concurrency', /\b(?:lock|race|parallel|another process)/i],
  ['permissions', /\b(?:permission denied|eacces|chmod)/i],
  ['quota', /\b(?:quota|rate limit|exceeded|429)/i],
  ['crash', /\b(?:sigkill|segfault|killed)/i],
  ['recursion', /\b(?:maximum call stack|overflow|recursion)/i],
  ['syntax', /\b(?:syntaxerror|typeerror|parse|unexpected token)/i],
  ['memory', /\b(?:out of memory|enomem|heap)/i],
];

const SEVERITY: Readonly<Record<ErrorCategory, (typeof SEVERITIES)[number]>> = {
  git: 'medium',
  concurrency: 'high',
  permissions: 'high',
  quota: 'high',
  crash: 'critical',
  recursion: 'critical',
  syntax: 'medium',
  memory: 'critical',
  unknown: 'low',
};

/** What each class of failure says of itself, since what the tool said is not kept. */
const WORDS: Readonly<Record<Exclude<ToolErrorClass, 'denied'>, string>> = {
  interrupted: 'interrupted',
  exit_code: 'exit code other than 0',
  not_found: 'not found',
  permission: 'permission denied',
  timeout: 'timed out',
  invalid_input: 'invalid input',
  other: 'failed',
};

/** An error as it is told. */
export interface DescribedError {
  readonly type: ErrorCategory;
  readonly message: string;
  readonly severity: (typeof SEVERITIES)[number];
}

/** A failed call, by its tool, the first word of its command ('' where it has none) and its class. */
export function describeFailure(tool: string, command: string, errorClass: string): DescribedError {
  const words = (WORDS as Readonly<Record<string, string>>)[errorClass] ?? WORDS.other;
  return described(`${tool}${command === '' ? '' : ` (${command})`}: ${words}`);
}

/** A request that the API refused, by its status and the API's own name of the error. */
export function describeApiError(reason: string): DescribedError {
  return described(`Claude API: ${reason === '' ? 'error' : reason.replaceAll('_', ' ')}`);
}

function described(message: string): DescribedError {
  // Names of tools join their words by underscores, which are no borders of words.
  const text = message.replaceAll('_', ' ');
  const type = PATTERNS.find(([, pattern]) => pattern.test(text))?.[0] ?? 'unknown';
  // A character of two units may not be cut in half.
  const cut = message.slice(0, MAX_MESSAGE).replace(/[\ud800-\udbff]$/, '');
  return { type, message: cut, severity: SEVERITY[type] };
}
