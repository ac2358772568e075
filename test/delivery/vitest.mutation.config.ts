import { defineConfig } from 'vitest/config';

/** For mutation testing of delivery's rules: its tests on fake time alone, without files and sockets. */
export default defineConfig({
  test: {
    include: [
      'test/delivery/{attempt,breaker,convoy,gate-watch,governor,held,outage,picker,schedule,settler,story,timers,worker}.test.ts',
    ],
    testTimeout: 120_000,
  },
});
