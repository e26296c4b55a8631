// A Vitest reporter: names every test that was left out and why, at the end of the run, and writes
// the counts as JSON to the file in HALL_MONITOR_TEST_COUNTS.
import { writeFileSync } from 'node:fs';

const strict = process.env.HALL_MONITOR_TEST_STRICT === '1';

/** What a finished run amounts to; in a strict run a test left out counts as failed. */
const countOf = (modules, unhandledErrors) => {
  const counts = { passed: 0, failed: unhandledErrors.length, omitted: [] };
  for (const module of modules) {
    // A file that cannot be loaded holds no tests, and a failing hook fails none: count the place.
    if (module.errors().length > 0) counts.failed += 1;
    for (const suite of module.children.allSuites()) {
      if (suite.errors().length > 0) counts.failed += 1;
    }
    for (const test of module.children.allTests()) {
      const { state, note } = test.result();
      if (state === 'passed') counts.passed += 1;
      else if (state === 'failed') counts.failed += 1;
      else
        counts.omitted.push(
          `${module.relativeModuleId} > ${test.fullName}: ${note ?? 'no reason given'}`,
        );
    }
  }
  if (strict) counts.failed += counts.omitted.length;
  return counts;
};

export default class Omissions {
  onTestRunEnd(modules, unhandledErrors) {
    const counts = countOf(modules, unhandledErrors);
    if (counts.omitted.length > 0) {
      const verdict = strict ? 'Failed, because left out in a strict run' : 'Left out';
      const lines = [`${verdict} (${counts.omitted.length}):`, ...counts.omitted];
      process.stdout.write(`\n${lines.join('\n  ')}\n`);
    }
    const file = process.env.HALL_MONITOR_TEST_COUNTS;
    if (file) writeFileSync(file, JSON.stringify(counts));
    if (counts.failed > 0) process.exitCode = 1;
  }
}
