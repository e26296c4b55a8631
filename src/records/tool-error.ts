import { INTERRUPT_MARK } from './prompt-marks.ts';
import type { ToolErrorClass } from './tool-call.ts';

const REFUSAL =
  /^(?:Error: )?(?:User rejected tool use|The user doesn't want to (?:proceed|take this action))/;
/** How 2.1.329 corrects a refusal's text where the call ran already when a person stopped it. */
const STOPPED_RUNNING = 'this call was stopped while running';
const MARKS: readonly (readonly [RegExp, ToolErrorClass])[] = [
  [/Exit code \d+/, 'exit_code'],
  [/does not exist|ENOENT|No such file|not found/i, 'not_found'],
  [/EACCES|EPERM|permission/i, 'permission'],
  [/timed out|timeout/i, 'timeout'],
  [
    /InputValidationError|Invalid (?:tool )?(?:input|parameter)|has not been read yet|String to replace/i,
    'invalid_input',
  ],
];

/**
 * Sorts a failed tool call by the beginning of what it said; called only where the client marked the result as an
 * error, never to find out whether it is one.
 */
export const toolErrorClass = (
  denialKind: string | null,
  interrupted: boolean,
  texts: readonly string[],
): ToolErrorClass => {
  if (texts.some((text) => text.includes(STOPPED_RUNNING))) return 'interrupted';
  if (denialKind !== null || texts.some((text) => REFUSAL.test(text))) return 'denied';
  if (interrupted || texts.some((text) => text.includes(INTERRUPT_MARK))) return 'interrupted';
  for (const [mark, errorClass] of MARKS)
    if (texts.some((text) => mark.test(text))) return errorClass;
  return 'other';
};
