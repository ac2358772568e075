import { configDefaults, defineConfig, mergeConfig } from 'vitest/config';
import whole from './vitest.config.ts';

/**
 * What `npm run check` runs, in less than a minute: all but the tests that start processes, wait for real sockets and
 * disks, or try thousands of cases. `npm test` runs everything.
 */
export default mergeConfig(
  whole,
  defineConfig({
    test: {
      exclude: [
        ...configDefaults.exclude,
        'test/{browser,chaos,cli,integration,interop,simulator}/**',
        'test/delivery/{gate-faults,sockets}.test.ts',
        'test/config/junk.test.ts',
        'test/gate/{client,probe,proxy}.test.ts',
        'test/intake/mqtt/{broker-rules,deferred-acks,connection,subscriptions}.test.ts',
        'test/ops/sink.test.ts',
        'test/web/{server,server-daemon}.test.ts',
        'test/outbox/{counts.property,recovery/damage.property,failing-storage,flash,open,retention,recovery/salvage}.test.ts',
      ],
    },
  }),
);
