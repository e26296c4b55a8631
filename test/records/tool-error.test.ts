import { expect, it } from 'vitest';
import { toolErrorClass } from '../../src/records/tool-error.ts';

const REFUSED =
  "The user doesn't want to proceed with this tool use. The tool use was rejected (eg. if it was a file edit, the new_string was NOT written to the file).";

it('a call that ran when a person stopped it was interrupted, though the client calls it rejected', () => {
  const stopped = `${REFUSED} STOP what you are doing. Correction to the text above: this call was stopped while running, not refused before it ran.`;
  expect(toolErrorClass('user-rejected', false, [stopped])).toBe('interrupted');
  expect(toolErrorClass('user-rejected', false, [REFUSED])).toBe('denied');
});
