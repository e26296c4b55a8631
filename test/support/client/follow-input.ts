import type { ChildProcess } from 'node:child_process';
import type { InputStep } from './scenario.ts';

/** Does what a person does at a client that reads a stream: each step as soon as the client has said what it waits for. */
export function followInput(child: ChildProcess, steps: readonly InputStep[]): void {
  const waiting = [...steps];
  let unread = '';
  const advance = (said?: InputStep['when']): void => {
    const [step] = waiting;
    if (step === undefined || step.when !== said) return;
    waiting.shift();
    setTimeout(() => {
      act(child, step);
      advance();
    }, step.waitMs ?? 0);
  };
  // A client that is gone reads nothing more; how it ended is told by itself.
  child.stdin?.on('error', () => undefined);
  child.stdout?.on('data', (part: Buffer | string) => {
    const lines = (unread + part.toString()).split('\n');
    unread = lines.pop() ?? '';
    for (const line of lines) {
      if (line.includes('"type":"tool_use"')) advance('tool_use');
      if (/"type":"result"/.test(line)) advance('result');
    }
  });
  advance();
}

function act(child: ChildProcess, { act: action }: InputStep): void {
  if (action === 'end') child.stdin?.end();
  else child.stdin?.write(`${JSON.stringify(messageOf(action))}\n`);
}

const messageOf = (action: { readonly prompt: string } | 'interrupt'): object =>
  action === 'interrupt'
    ? {
        type: 'control_request',
        request_id: 'interrupt-1',
        request: { subtype: 'interrupt' },
      }
    : { type: 'user', message: { role: 'user', content: action.prompt } };
