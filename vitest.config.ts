import { availableParallelism } from 'node:os';
import path from 'node:path';
import { defineConfig } from 'vitest/config';

/** Many tests wait for processes and locks: two files at a time, on two cores too. */
const maxWorkers = Math.max(2, availableParallelism() - 1);
/** What Node has compiled, kept for the processes that tests run in and start: it is where `npm start` keeps it. */
const env = {
  NODE_COMPILE_CACHE: path.join(import.meta.dirname, 'node_modules/.cache/rookery/compiled'),
};

/** Starts workers as processes, on the queues of the server's tests. */
const workerProcesses = 'model-workers/src/main.test.ts';

// Most test files share processes, in which modules are loaded once (`isolate: false`): loading took longer than most tests.
export default defineConfig({
  test: {
    maxWorkers,
    projects: [
      {
        test: {
          name: 'shared',
          include: ['shared/src/**/*.test.ts'],
          // Properties are tried on a hundred drawn cases each.
          testTimeout: 20_000,
          isolate: false,
        },
      },
      {
        test: {
          name: 'server',
          include: ['server/**/*.test.ts', workerProcesses],
          globalSetup: ['server/test/global-setup.ts'],
          testTimeout: 20_000,
          hookTimeout: 60_000,
          isolate: false,
          env,
        },
      },
      {
        // In processes of their own: they replace modules, and run models in threads.
        test: {
          name: 'model-workers',
          include: ['model-workers/**/*.test.ts'],
          exclude: ['**/node_modules/**', workerProcesses],
          testTimeout: 20_000,
          hookTimeout: 60_000,
          env,
        },
      },
      {
        extends: './web/vite.config.ts',
        root: './web',
        test: { name: 'web', include: ['src/**/*.test.ts'], maxWorkers, isolate: false },
      },
      {
        test: {
          name: 'journeys',
          include: ['web/e2e/**/*.test.ts'],
          globalSetup: ['web/e2e/global-setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          env,
        },
      },
    ],
  },
});
