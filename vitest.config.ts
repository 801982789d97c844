import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Separate processes: tests load a native SQLite binary, raise signals and start children of their own.
    pool: 'forks',
    // Measured on two cores: a third worker only makes tests with real sockets wait for one another.
    maxWorkers: 2,
    // For what hangs, not for what is slow: a simulated night takes 9 s alone here, and 40 s beside other work.
    testTimeout: 240_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
    expect: { poll: { timeout: 60_000 } },
    reporters: ['default', './scripts/test-summary.ts'],
    // A test nobody reaches any more, or one left in focus, must not pass for the whole suite.
    allowOnly: false,
    passWithNoTests: false,
    coverage: { provider: 'v8', include: ['src/**'], reporter: ['text-summary', 'html'] },
  },
});
