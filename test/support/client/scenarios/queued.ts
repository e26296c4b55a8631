import { MODEL, says, type Scenario, uses } from '../scenario.ts';

/** Somebody asks again while a tool runs, lets go of another turn, and goes on after that. */
export const queued = (): Scenario => ({
  model: MODEL,
  runs: [
    {
      input: [
        { act: { prompt: 'MAIN-TASK first' } },
        { when: 'tool_use', waitMs: 500, act: { prompt: 'MAIN-TASK second, while it works' } },
        { when: 'result', act: { prompt: 'MAIN-TASK third' } },
        { when: 'tool_use', waitMs: 500, act: 'interrupt' },
        { when: 'result', act: { prompt: 'MAIN-TASK fourth' } },
        { when: 'result', act: 'end' },
      ],
    },
  ],
  main: [
    uses('Bash', { command: 'sleep 2', description: 'wait' }),
    says('Both are done.'),
    uses('Bash', { command: 'tail -f /dev/null', description: 'wait for long' }),
    says('Done.'),
  ],
  agents: {},
});
