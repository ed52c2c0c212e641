import { UserError } from '../../core/base/errors.ts';
import type { SocketControl } from '../../core/slot/observedSocket.ts';
import type { Relay } from '../../core/tap/relay/relay.ts';

interface ControlledSocket {
  readonly serverOrigin: string;
  /** From the 101 on. */
  readonly relay: () => Relay | undefined;
  /** @param why the sentence for the list */
  readonly close: (code: number, reason: string, why: string) => void;
}

/** What the user can do to a tapped socket. */
export function socketControl({ serverOrigin, relay, close }: ControlledSocket): SocketControl {
  return {
    serverOrigin,
    send: (message, to, shown) =>
      new Promise<void>(resolve => {
        const current = relay();
        if (!current) {
          throw new UserError('This socket is not open. Wait until its handshake has ended.');
        }
        current.send(message, to, shown);
        resolve();
      }),
    close: (code, reason) =>
      close(code, reason, `Closed by you with ${code}${reason ? `: ${reason}` : ''}.`),
    get held() {
      return relay()?.gates?.held;
    },
  };
}
