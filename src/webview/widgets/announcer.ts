import type { Formats } from '../../core/base/format.ts';
import { visibleLine } from '../../core/text/visibleText.ts';
import type { ConnectionView } from '../../shared/monitorProtocol.ts';
import { el } from './dom.ts';
import { text } from './strings.ts';

/** The shortest time before a count of messages, so that a flood does not talk without end. */
const countAfterMs = 3000;

/** Tells screen readers, politely: a change of state at once, a count of messages now and then. */
export class Announcer {
  readonly element = el('p', { 'class': 'spoken', 'role': 'status', 'aria-live': 'polite' });
  readonly #formats: Formats;
  #state: string | undefined;
  #count: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(formats: Formats) {
    this.#formats = formats;
  }

  /** Says what has changed about a connection since the last call. */
  follow(view: ConnectionView | undefined): void {
    const state = view && `${view.id} ${view.label}`;
    const count = view && view.received + view.sent;
    if (view && state !== this.#state) {
      const sentence = text('stateSpoken', view.name, view.label);
      this.say(visibleLine(`${sentence}. ${view.cause}`));
    } else if (count !== undefined && count !== this.#count) {
      this.#timer ??= setTimeout(() => this.say(this.#messages(this.#count ?? 0)), countAfterMs);
    }
    this.#state = state;
    this.#count = count;
  }

  say(sentence: string): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.element.textContent = sentence;
  }

  #messages(count: number): string {
    return count === 1 ? text('oneMessage') : text('messageCount', this.#formats.count(count));
  }
}
