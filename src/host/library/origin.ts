import type { Origin } from '../../core/variables/value.ts';

export type { Origin };

/** In the order in which they are looked through and shown. */
export const origins: readonly Origin[] = ['workspace', 'user'];
