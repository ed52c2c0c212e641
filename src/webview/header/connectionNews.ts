import type { Formats } from '../../core/base/format.ts';
import { visibleLine } from '../../core/text/visibleText.ts';
import type { ConnectionView } from '../../shared/monitorProtocol.ts';
import { text } from '../widgets/strings.ts';

/** The shortest time between two sentences: closer ones would swallow each other. */
const restMs = 5000;
/** Who does nothing while so many counts are said does not want to hear them. */
const maxUnheeded = 3;

interface NewsPorts {
  /** Has screen readers say it. */
  say(sentence: string): void;
  /** Milliseconds of a clock that only goes forward. */
  now(): number;
  /** Whether the user is in the page. */
  hasFocus(): boolean;
}

/**
 * Tells screen readers about the connection while the user is in the page: a new state at once, and how
 * many messages there are from time to time, never each. After three counts in a row to which the user
 * does nothing, only states.
 */
export class ConnectionNews {
  readonly #ports: NewsPorts;
  readonly #formats: Formats;
  #state: string | undefined;
  #count: number | undefined;
  /** The state's sentence, while it is not said yet. */
  #sentence: string | undefined;
  /** When a count was to be said; absent if it has not changed. */
  #countDueAt: number | undefined;
  #saidAt = Number.NEGATIVE_INFINITY;
  #unheeded = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ports: NewsPorts, formats: Formats) {
    this.#ports = ports;
    this.#formats = formats;
  }

  /** Says what has changed since the last call. */
  follow(view: ConnectionView | undefined): void {
    const state = view && `${view.id} ${view.label}`;
    const count = view && view.received + view.sent;
    if (state !== this.#state) {
      const sentence = view && `${text('stateSpoken', view.name, view.label)}. ${view.cause}`;
      this.#sentence = sentence === undefined ? undefined : visibleLine(sentence);
      this.#countDueAt = undefined;
    } else if (count !== undefined && count !== this.#count) {
      this.#countDueAt ??= this.#ports.now() + restMs;
    }
    this.#state = state;
    this.#count = count;
    this.#plan();
  }

  /** To be called when the user does something in the page, or comes back to it. */
  heed(): void {
    this.#unheeded = 0;
    this.#plan();
  }

  get #dueAt(): number | undefined {
    if (this.#sentence !== undefined) {
      return this.#saidAt + restMs;
    }
    return this.#countDueAt === undefined || this.#unheeded >= maxUnheeded
      ? undefined
      : Math.max(this.#countDueAt, this.#saidAt + restMs);
  }

  #plan(): void {
    clearTimeout(this.#timer);
    const dueAt = this.#dueAt;
    if (dueAt === undefined || !this.#ports.hasFocus()) {
      return;
    }
    const wait = dueAt - this.#ports.now();
    if (wait <= 0) {
      this.#speak();
    } else {
      this.#timer = setTimeout(() => this.#plan(), wait);
    }
  }

  #speak(): void {
    const sentence = this.#sentence ?? this.#messages(this.#count ?? 0);
    this.#unheeded = this.#sentence === undefined ? this.#unheeded + 1 : this.#unheeded;
    this.#sentence = undefined;
    this.#countDueAt = undefined;
    this.#saidAt = this.#ports.now();
    this.#ports.say(sentence);
  }

  #messages(count: number): string {
    return count === 1 ? text('oneMessage') : text('messageCount', this.#formats.count(count));
  }
}
