import { MODEL, says, type Scenario, uses } from '../scenario.ts';

/** A conversation that is resumed to be compacted, and then goes on. */
export const compact = (): Scenario => ({
  model: MODEL,
  runs: [
    { input: 'MAIN-TASK work' },
    { input: '/compact', from: 'resume' },
    { input: 'MAIN-TASK work on', from: 'resume' },
  ],
  main: [uses('Bash', { command: 'echo work', description: 'work' }), says('Done.')],
  agents: {},
});
