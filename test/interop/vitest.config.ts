import { defineConfig } from 'vitest/config';

/** Tests on brokers that a developer's machine need not have: `npm run test:interop`. */
export default defineConfig({
  test: { include: ['test/interop/*.test.ts'], testTimeout: 120_000, hookTimeout: 120_000, maxWorkers: 1 },
});
