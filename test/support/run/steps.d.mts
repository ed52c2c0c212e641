export const root: string;
export class SetupError extends Error {}
export function npmCommand(): [string, ...string[]];
export function findOnPath(...names: string[]): string | undefined;
