import { join } from 'node:path';
import { MODEL, says, type Scenario, uses } from '../scenario.ts';

/** Tools that succeed and fail, a subagent, a session that is resumed, and one that branches off. */
export function tour(workDir: string): Scenario {
  const notes = join(workDir, 'notes.md');
  return {
    model: MODEL,
    runs: [
      { input: 'MAIN-TASK take the tour' },
      { input: 'MAIN-TASK go on', from: 'resume' },
      { input: 'MAIN-TASK branch off', from: 'fork', model: 'claude-opus-4-6' },
    ],
    main: [
      {
        blocks: [
          { type: 'text', text: 'I will write a file.' },
          {
            type: 'tool_use',
            name: 'Write',
            input: { file_path: notes, content: 'first\nsecond\n' },
          },
        ],
      },
      {
        blocks: [
          { type: 'tool_use', name: 'Bash', input: { command: 'ls', description: 'list' } },
          { type: 'tool_use', name: 'Bash', input: { command: 'exit 3', description: 'fail' } },
        ],
      },
      uses('Agent', {
        description: 'look',
        prompt: 'AGENT-TASK read the notes',
        subagent_type: 'general-purpose',
      }),
      {
        ...uses('Edit', { file_path: notes, old_string: 'second', new_string: 'second\nthird' }),
        usage: { server_tool_use: { web_search_requests: 2, web_fetch_requests: 0 } },
      },
      uses('Read', { file_path: join(workDir, 'missing', 'file') }),
      says('Done.'),
    ],
    agents: { 'AGENT-TASK': [uses('Read', { file_path: notes }), says('There are two lines.')] },
  };
}
