import { defineConfig } from 'vitest/config';

/** For mutation testing of delivery's rules: its tests on fake time alone, without files and sockets. */
export default defineConfig({
  test: {
    include: [
      'test/delivery/{attempt,batch,circuit-breaker,delivery-log,gate-status,held,outcome-writer,picker,poison-records,probe-loop,timers,worker}.test.ts',
    ],
    testTimeout: 120_000,
  },
});
