import type { Operator } from '../../src/domain/operator.ts';

/** Who acts in tests. */
export const TEST_OPERATOR: Operator = { who: 'tester', via: 'cli' };
