import type { TokenCommand } from './login.ts';

/** Runs a program for a token. */
export type RunTokenCommand = (command: TokenCommand) => Promise<string>;

export interface TokenUse {
  /** The connection that asks. */
  readonly user: string;
  /** The origin that the token is sent to: each has its own. */
  readonly to: string;
  /**
   * Whether the peer has refused the token that this connection used last. A newer one of another
   * connection is used.
   */
  readonly isRefused: boolean;
}

interface Known {
  readonly token: Promise<string>;
  /** The token, as soon as it is known. */
  value?: string;
}

/**
 * Tokens that programs gave, kept until a peer refuses them. Connections that need the same program
 * at the same moment share one run of it.
 */
export class CommandTokens {
  readonly #run: RunTokenCommand;
  readonly #known = new Map<string, Known>();
  /** The token that each connection has used last. */
  readonly #used = new Map<string, string>();

  constructor(run: RunTokenCommand) {
    this.#run = run;
  }

  async token(command: TokenCommand, { user, to, isRefused }: TokenUse): Promise<string> {
    const key = JSON.stringify([to, command.command]);
    const known = this.#known.get(key);
    const isOutOfDate =
      isRefused && known?.value !== undefined && known.value === this.#used.get(user);
    const current = known && !isOutOfDate ? known : this.#start(key, command);
    const token = await current.token;
    this.#used.set(user, token);
    return token;
  }

  /** Runs it; a failure is not kept. */
  #start(key: string, command: TokenCommand): Known {
    const started: Known = { token: this.#run(command) };
    this.#known.set(key, started);
    started.token.then(
      value => (started.value = value),
      () => {
        if (this.#known.get(key) === started) {
          this.#known.delete(key);
        }
      },
    );
    return started;
  }
}
