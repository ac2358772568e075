import { defineConfig } from 'vitest/config';

/** `npm run test:box`: the package on a booted Debian in a container. Wants root, and installs what it needs. */
export default defineConfig({
  test: {
    include: ['test/box/*.box.ts'],
    globalSetup: ['test/box/setup.ts'],
    testTimeout: 240_000,
    hookTimeout: 240_000,
    // Each file boots a box of its own; the last mostly waits.
    maxWorkers: 3,
  },
});
