import type { PanelView, Params } from '../../shared/monitorProtocol.ts';

type ViewChange = Params<'view.set'>;

/**
 * The host keeps what the panel looks at, but the page does not wait for it: its own changes hold at
 * once, and what the host says meanwhile, which may be older, counts when all have been answered.
 */
export class HostView {
  readonly #send: (change: ViewChange) => Promise<unknown>;
  readonly #onChange: () => void;
  #current: PanelView = {
    merged: [],
    following: true,
    filter: '',
    showHeartbeats: false,
    showControl: true,
  };
  #unanswered = 0;
  #heard: PanelView | undefined;

  constructor(send: (change: ViewChange) => Promise<unknown>, onChange: () => void) {
    this.#send = send;
    this.#onChange = onChange;
  }

  get current(): PanelView {
    return this.#current;
  }

  /** The host says so. */
  hear(view: PanelView): void {
    if (this.#unanswered > 0) {
      this.#heard = view;
    } else {
      this.#current = view;
      this.#onChange();
    }
  }

  /** The user wants it so. */
  set(change: Partial<PanelView>): void {
    this.#current = { ...this.#current, ...change };
    this.#unanswered++;
    const settle = () => {
      this.#unanswered--;
      const heard = this.#heard;
      if (this.#unanswered === 0 && heard) {
        this.#heard = undefined;
        this.hear(heard);
      }
    };
    const { merged, ...rest } = change;
    this.#send({ ...rest, ...(merged ? { merged: [...merged] } : {}) }).then(settle, settle);
    this.#onChange();
  }
}
