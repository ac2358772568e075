import { defineConfig } from 'vitest/config';

/** For `stryker.config.json`: the tests of the gate's pure rules alone, without sockets. */
export default defineConfig({
  test: { include: ['test/gate/{sign,request,reply,retry-after}.test.ts'], testTimeout: 120_000 },
});
