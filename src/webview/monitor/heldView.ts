import { messageOf } from '../../core/base/errors.ts';
import type { Formats } from '../../core/base/format.ts';
import type { HeldAddress, HeldBody, HeldState } from '../../shared/heldProtocol.ts';
import type { ComposerPlace } from '../composer/composerPlace.ts';
import type { HeldStrip } from '../held/heldStrip.ts';
import type { Request } from '../link/hostLink.ts';
import type { HostRequests } from '../link/hostRequests.ts';
import { el } from '../widgets/dom.ts';
import { LatePart } from '../widgets/latePart.ts';
import { text } from '../widgets/strings.ts';

interface HeldViewParts {
  readonly formats: Formats;
  readonly request: Request;
  readonly requests: HostRequests;
  readonly composer: ComposerPlace;
  readonly requestRender: () => void;
  /** Tells a screen reader. */
  readonly say: (sentence: string) => void;
  /** Gives the focus away. */
  readonly leave: () => void;
}

/**
 * What a tap holds: the strip, which is loaded when messages can be held, and the held message that the
 * composer edits.
 */
export class HeldView {
  readonly #parts: HeldViewParts;
  readonly element = el('section', { 'class': 'held', 'aria-label': text('held') });
  readonly #late = new LatePart(() => this.#load());
  #strip: HeldStrip | undefined;
  #state: HeldState | undefined;
  #toEdit: { readonly message: HeldAddress; readonly held: HeldBody } | undefined;

  constructor(parts: HeldViewParts) {
    this.#parts = parts;
    this.element.hidden = true;
  }

  set state(state: HeldState | undefined) {
    const { requests, requestRender } = this.#parts;
    this.#state = state;
    requestRender();
    if (state) {
      this.#late.need().catch((error: unknown) => {
        requests.fail(text('heldNotLoaded', messageOf(error)));
      });
    }
  }

  /** Whether messages of this connection can be held. */
  isFor(connection: string): boolean {
    return this.#state?.connection === connection;
  }

  /** Opens a held message in the composer, once the page shows what is held there. */
  edit(message: HeldAddress): void {
    const { request, requests, requestRender } = this.#parts;
    request('held.body', { ...message }).then(
      held => {
        this.#toEdit = { message, held };
        requestRender();
      },
      (error: unknown) => requests.failed(error),
    );
  }

  /** @param selected the id of the connection that is shown; the composer is that of it by now */
  render(selected: string | undefined): void {
    const shown = this.#state?.connection === selected ? this.#state : undefined;
    this.#strip?.show(shown);
    this.#openToEdit(selected);
    if (shown) {
      this.#parts.composer.followHeld((number, at) => isHeld(shown, number, at));
    }
  }

  async #load(): Promise<void> {
    const { HeldStrip } = await import('../held/heldStrip.ts');
    const { formats, requests, requestRender, say, leave } = this.#parts;
    this.#strip = new HeldStrip(this.element, formats, {
      release: (connection, number) => requests.send('held.release', { connection, number }),
      drop: (connection, number) => requests.send('held.drop', { connection, number }),
      releaseAll: (connection, direction) =>
        requests.send('held.releaseAll', direction ? { connection, direction } : { connection }),
      edit: (connection, { number }) => this.edit({ connection, number }),
      say,
      leave,
    });
    requestRender();
  }

  #openToEdit(selected: string | undefined): void {
    if (this.#toEdit && this.#state?.connection === selected) {
      const { message, held } = this.#toEdit;
      this.#toEdit = undefined;
      if (message.connection === selected) {
        this.#parts.composer.edit(message, held);
      }
    }
  }
}

/** Whether the message of that number, which came at that time, still waits. */
function isHeld({ queues }: HeldState, number: number, at: number): boolean {
  return queues.some(({ messages, count }) => {
    const last = messages.at(-1);
    // Of a long queue only the beginning is known.
    const isBeyond = count > messages.length && last !== undefined && number > last.number;
    return isBeyond || messages.some(each => each.number === number && each.at === at);
  });
}
