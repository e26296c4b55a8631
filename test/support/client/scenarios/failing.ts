import { MODEL, type Scenario, uses } from '../scenario.ts';

/** A turn that an error of the API ends. */
export const failing = (): Scenario => ({
  model: MODEL,
  runs: [{ input: 'MAIN-TASK work until it fails' }],
  main: [
    uses('Bash', { command: 'echo before', description: 'work' }),
    { status: 400, error: 'invalid_request_error' },
  ],
  agents: {},
});
