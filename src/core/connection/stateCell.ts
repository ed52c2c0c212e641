import { UserError } from '../base/errors.ts';
import { Emitter } from '../base/event.ts';
import type { Disposable } from '../base/lifecycle.ts';
import { isSettled, type ConnectionState } from './state/state.ts';

/** The state of one connection, and who is told when it changes. */
export class StateCell implements Disposable {
  readonly #onDidChange = new Emitter<ConnectionState>();
  #state: ConnectionState = { kind: 'idle' };

  readonly onDidChange = this.#onDidChange.event;

  get state(): ConnectionState {
    return this.#state;
  }

  /** @throws UserError where the connection was disposed of */
  get stateOfLiving(): ConnectionState {
    if (this.#state.kind === 'disposed') {
      throw new UserError('This connection is gone.');
    }
    return this.#state;
  }

  /** Listeners may change the state again before this returns. */
  enter(state: ConnectionState): void {
    this.#state = state;
    this.#onDidChange.fire(state);
  }

  /** Resolves when the connection is open, or nothing more will be tried. */
  settled(): Promise<ConnectionState> {
    if (isSettled(this.#state)) {
      return Promise.resolve(this.#state);
    }
    return new Promise(resolve => {
      const subscription = this.onDidChange(state => {
        if (isSettled(state)) {
          subscription.dispose();
          resolve(state);
        }
      });
    });
  }

  dispose(): void {
    this.#onDidChange.dispose();
  }
}
