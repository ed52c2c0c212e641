import { html, nothing, render, type TemplateResult } from 'lit/html.js';
import type { Formats } from '../../core/base/format.ts';
import { visibleLine } from '../../core/text/visibleText.ts';
import type { Direction } from '../../core/record/record.ts';
import type { HeldQueueView, HeldState, HeldView } from '../../shared/heldProtocol.ts';
import { text } from '../widgets/strings.ts';

export interface HeldListener {
  release(connection: string, number: number): void;
  drop(connection: string, number: number): void;
  /** @param direction absent: both */
  releaseAll(connection: string, direction?: Direction): void;
  edit(connection: string, message: HeldView): void;
  /** Announces a sentence to screen readers. */
  say(sentence: string): void;
  /** The strip has gone with the focus in it. */
  leave(): void;
}

/** The messages that a tap holds, above the composer, each with what can be done with it. */
export class HeldStrip {
  readonly #element: HTMLElement;
  readonly #formats: Formats;
  readonly #listener: HeldListener;
  #state: HeldState | undefined;
  #said = '';
  /** What the user has released by the key since the state came. */
  readonly #keyed = new Set<number>();
  /** When the state came, by `performance.now()`. */
  #receivedAt = 0;

  /** @param element what it is put into */
  constructor(element: HTMLElement, formats: Formats, listener: HeldListener) {
    this.#element = element;
    this.#formats = formats;
    this.#listener = listener;
    document.addEventListener('keydown', event => this.#onKey(event), { capture: true });
  }

  /** @param state of the selected socket; absent if nothing can be held there */
  show(state: HeldState | undefined): void {
    const place = this.#focusedPlace();
    if (state !== this.#state) {
      this.#state = state;
      this.#keyed.clear();
      this.#receivedAt = performance.now();
    }
    const queues = state?.queues ?? [];
    this.#element.hidden = queues.length === 0;
    render(
      state ? queues.map(queue => this.#queue(state.connection, queue)) : nothing,
      this.#element,
    );
    if (place) {
      this.#focus(place);
    }
    this.#announce(queues);
  }

  /** Says what is held when that begins, ends or changes its state, not for each message. */
  #announce(queues: readonly HeldQueueView[]): void {
    const said = queues.map(({ direction, isFull, releasesInMs }) => [
      direction,
      isFull,
      releasesInMs !== undefined,
    ]);
    const key = said.join();
    if (key !== this.#said) {
      this.#said = key;
      const sentences = queues.map(queue => `${this.#title(queue)}.${this.#remark(queue)}`);
      this.#listener.say(sentences.length === 0 ? text('heldNone') : sentences.join(' '));
    }
  }

  #title({ direction, count }: HeldQueueView): string {
    const name = direction === 'in' ? 'heldFromServer' : 'heldFromClient';
    return text(name, this.#formats.count(count));
  }

  #remark({ isFull, direction, releasesInMs }: HeldQueueView): string {
    if (isFull) {
      return ` ${text(direction === 'in' ? 'heldFullServer' : 'heldFullClient')}`;
    }
    if (releasesInMs === undefined) {
      return '';
    }
    const leftMs = Math.max(0, releasesInMs - (performance.now() - this.#receivedAt));
    return ` ${text('heldClosing', this.#formats.count(Math.ceil(leftMs / 1000)))}`;
  }

  #queue(connection: string, queue: HeldQueueView): TemplateResult {
    const { messages, count, isFull } = queue;
    const remark = this.#remark(queue).trim();
    const more = count - messages.length;
    return html`<div class="held-queue">
      <div class="held-head">
        <span class="codicon codicon-debug-pause" aria-hidden="true"></span>
        <h2>${this.#title(queue)}</h2>
        <button
          type="button"
          class="secondary"
          title=${text('heldReleaseAllHint')}
          @click=${() => this.#listener.releaseAll(connection, queue.direction)}
        >
          ${text('heldReleaseAll')}
        </button>
      </div>
      ${
        remark === ''
          ? nothing
          : html`<p class=${isFull ? 'held-remark full' : 'held-remark'}>${remark}</p>`
      }
      <ul>
        ${messages.map((message, index) => this.#line(connection, message, index === 0))}
        ${
          more > 0
            ? html`<li class="held-more">${text('heldMore', this.#formats.count(more))}</li>`
            : nothing
        }
      </ul>
    </div>`;
  }

  #line(connection: string, message: HeldView, isFirst: boolean): TemplateResult {
    const { number, kind, preview, byteLength, heldBy } = message;
    const listener = this.#listener;
    const words = visibleLine(preview);
    const rule = heldBy === undefined ? text('heldBehind') : text('heldBy', visibleLine(heldBy));
    const button = (
      name: 'heldRelease' | 'heldEdit' | 'heldDrop',
      hint: 'heldReleaseHint' | 'heldReleaseEarly' | 'heldEditHint' | 'heldDropHint',
      run: () => void,
    ) =>
      html`<button
        type="button"
        class="secondary"
        data-held=${`${number} ${name}`}
        title=${text(hint)}
        aria-label=${text('heldOf', text(name), this.#formats.count(number))}
        @click=${run}
      >
        ${text(name)}
      </button>`;
    const isData = kind === 'text' || kind === 'binary';
    return html`<li>
      <span class="held-number">${text('heldNumber', this.#formats.count(number))}</span>
      <span class="held-preview ${heldBy === undefined ? 'behind' : ''}" title=${rule}
        ><bdi>${isData ? words : `${kind} ${words}`}</bdi></span
      >
      <span class="held-size">${this.#formats.bytes(byteLength)}</span>
      <span class="held-actions" role="group">
        ${button('heldRelease', isFirst ? 'heldReleaseHint' : 'heldReleaseEarly', () =>
          listener.release(connection, number),
        )}
        ${
          isData
            ? button('heldEdit', 'heldEditHint', () => listener.edit(connection, message))
            : nothing
        }
        ${button('heldDrop', 'heldDropHint', () => listener.drop(connection, number))}
      </span>
    </li>`;
  }

  /** Which button of a line has the focus: by its place, since lines go. */
  #focusedPlace(): { readonly index: number; readonly name: string } | undefined {
    const { activeElement } = document;
    if (!(activeElement instanceof HTMLElement) || !this.#element.contains(activeElement)) {
      return undefined;
    }
    const [, name = ''] = (activeElement.dataset['held'] ?? '').split(' ');
    const lines = [...this.#element.querySelectorAll('li')];
    return { index: lines.findIndex(line => line.contains(activeElement)), name };
  }

  #focus({ index, name }: { readonly index: number; readonly name: string }): void {
    if (this.#element.hidden) {
      this.#listener.leave();
      return;
    }
    const lines = [...this.#element.querySelectorAll('li:not(.held-more)')];
    const line = lines[Math.min(Math.max(0, index), lines.length - 1)];
    const same = line?.querySelector<HTMLElement>(`[data-held$=' ${name}']`);
    if (index < 0) {
      this.#element.querySelector<HTMLElement>('.held-head button')?.focus();
    } else {
      (same ?? line?.querySelector<HTMLElement>('button'))?.focus();
    }
  }

  /** As in the debugger: F8 lets the next one go on, with Shift all. */
  #onKey(event: KeyboardEvent): void {
    const { key, altKey, ctrlKey, metaKey, shiftKey } = event;
    const state = this.#state;
    if (key !== 'F8' || altKey || ctrlKey || metaKey || !state || state.queues.length === 0) {
      return;
    }
    event.preventDefault();
    // The editor has commands of its own on this key.
    event.stopPropagation();
    if (shiftKey) {
      this.#listener.releaseAll(state.connection);
    } else {
      // The key may come again before the state that follows from the last time.
      const numbers = state.queues.flatMap(({ messages }) => messages.map(({ number }) => number));
      const waiting = numbers.filter(number => !this.#keyed.has(number));
      if (waiting.length > 0) {
        const first = Math.min(...waiting);
        this.#keyed.add(first);
        this.#listener.release(state.connection, first);
      }
    }
  }
}
