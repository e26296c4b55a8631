import { defineConfig } from 'vitest/config';

const second = 1000;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/types/**', 'test/fixtures/**', 'node_modules/**'],
          testTimeout: 10 * second,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.e2e.ts'],
          testTimeout: 120 * second,
          hookTimeout: 120 * second,
          fileParallelism: false,
          // After the fast tests, so that nothing competes for the processor with what is timed.
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
