/** Stands for a secret wherever one would be shown. */
export const mask = '•••';
