import { configDefaults, defineConfig } from 'vitest/config';

/** For `npm run mutation`: the tests of this room alone, without the fuzz, which takes seconds each time. */
export default defineConfig({
  test: {
    include: ['test/mapping/**/*.test.ts'],
    exclude: [...configDefaults.exclude, 'test/mapping/fuzz.test.ts'],
    testTimeout: 120_000,
  },
});
