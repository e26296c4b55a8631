import { TranscriptHome } from './transcript-home.ts';
import { conversation, SESSION } from './transcript-lines.ts';
import { NEVER_MS, runReceiver } from './transcript-receiver.ts';

// A receiver in a process of its own, for a test that takes away what the process may use. Prints what came of it.
using home = new TranscriptHome();
home.write(`${SESSION}.jsonl`, ...conversation(2));
using store = await home.open();
const receiver = runReceiver(home, store, {
  watch: 'auto',
  pollIntervalMs: 5,
  sweepIntervalMs: NEVER_MS,
});
await receiver.caughtUp;
home.append(`${SESSION}.jsonl`, ...conversation(1, 11));
await receiver.until({ requests: 3 });
home.write('other.jsonl', ...conversation(1, 21));
await receiver.until({ requests: 4 });
await receiver.stop();
console.log(JSON.stringify({ requests: store.totals().requests, warnings: receiver.warnings }));
