/** Which file something was read from: the workspace's, which others may have written, or the user's. */
export type Origin = 'workspace' | 'user';

/** In the order in which they are looked through and shown. */
export const origins: readonly Origin[] = ['workspace', 'user'];
