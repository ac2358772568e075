/** What node is told on a box with 512 MB: a bounded heap, whose young part is small. */
export const NODE_FLAGS = [
  '--max-old-space-size=160',
  '--max-semi-space-size=1',
  '--disable-sigusr1',
] as const;

/** What the C library is told there, by the environment: what is freed goes back to the system. */
export const ALLOCATOR = { MALLOC_ARENA_MAX: '2', MALLOC_TRIM_THRESHOLD_: '131072' } as const;
