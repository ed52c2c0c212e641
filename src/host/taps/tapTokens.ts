import { randomBytes } from 'node:crypto';

/** Enough that nobody guesses it, short enough to be read out. */
const tokenBytes = 12;

/** The random path segments of taps, by their names: a tap that is started again has the same one. */
export class TapTokens {
  readonly #tokens = new Map<string, string>();

  tokenFor(name: string): string {
    const known = this.#tokens.get(name);
    const token = known ?? randomBytes(tokenBytes).toString('base64url');
    this.#tokens.set(name, token);
    return token;
  }
}
