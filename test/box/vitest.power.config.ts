import { defineConfig } from 'vitest/config';

/** `npm run test:power`: the power cuts of an emulated machine, some ten minutes. Wants root, and installs what it needs. */
export default defineConfig({
  test: { include: ['test/box/*.power.ts'], testTimeout: 3_600_000, hookTimeout: 60_000 },
});
