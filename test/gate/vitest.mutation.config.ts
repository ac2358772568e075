import { defineConfig } from 'vitest/config';

/** For `npm run mutation`: the tests of this room alone. */
export default defineConfig({
  test: { include: ['test/gate/**/*.test.ts'], testTimeout: 120_000 },
});
