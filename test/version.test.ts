import { describe, expect, it } from 'vitest';
import { BUILD_DATE, VERSION } from '../src/version.ts';

describe('the version', () => {
  it('is a semantic one', () => {
    expect(VERSION).toMatch(/^\d+\.\d+\.\d+/);
  });

  it('was built at a time that is past', () => {
    expect(BUILD_DATE).toBeGreaterThan(Date.UTC(2026, 0));
    expect(BUILD_DATE).toBeLessThan(Date.now());
  });
});
