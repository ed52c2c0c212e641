import type { Formats } from '../../core/base/format.ts';
import { visibleLine } from '../../core/text/visibleText.ts';
import type { ConnectionView } from '../../shared/monitorProtocol.ts';
import type { LiveRegion } from '../widgets/liveRegion.ts';
import { text } from '../widgets/strings.ts';

/** The shortest time before a count of messages is said, since a flood would be said without end. */
const countAfterMs = 3000;

/** Tells screen readers about the connection: a new state at once, a count of messages at times. */
export class ConnectionNews {
  readonly #region: LiveRegion;
  readonly #formats: Formats;
  #state: string | undefined;
  #count: number | undefined;

  constructor(region: LiveRegion, formats: Formats) {
    this.#region = region;
    this.#formats = formats;
  }

  /** Says what has changed since the last call. */
  follow(view: ConnectionView | undefined): void {
    const state = view && `${view.id} ${view.label}`;
    const count = view && view.received + view.sent;
    if (view && state !== this.#state) {
      const sentence = text('stateSpoken', view.name, view.label);
      this.#region.say(visibleLine(`${sentence}. ${view.cause}`));
    } else if (count !== undefined && count !== this.#count && !this.#region.isWaiting) {
      this.#region.sayLater(countAfterMs, () => this.#messages(this.#count ?? 0));
    }
    this.#state = state;
    this.#count = count;
  }

  #messages(count: number): string {
    return count === 1 ? text('oneMessage') : text('messageCount', this.#formats.count(count));
  }
}
