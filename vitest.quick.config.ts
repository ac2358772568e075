import { configDefaults, defineConfig, mergeConfig } from 'vitest/config';
import whole from './vitest.config.ts';

/**
 * What `npm run check` runs, in less than a minute: all but the tests that start processes, wait out real time-outs
 * or fill real disks. `npm test` runs everything.
 */
export default mergeConfig(
  whole,
  defineConfig({
    test: {
      exclude: [
        ...configDefaults.exclude,
        'test/{browser,chaos,cli,integration,simulator}/**',
        'test/delivery/{gate-faults,sockets}.test.ts',
        'test/intake/{acks,connection,subscriptions}.test.ts',
        'test/ops/{http-daemon,sink}.test.ts',
        'test/outbox/{damage.property,failing-storage,flash,opening,salvage}.test.ts',
      ],
    },
  }),
);
