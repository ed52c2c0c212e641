import { messageOf } from '../../core/base/errors.ts';
import type { Formats } from '../../core/base/format.ts';
import type { ComposerView, ItemView } from '../../shared/composerProtocol.ts';
import { checkKey, DraftChecker } from './draftCheck.ts';
import {
  bodyOfDraft,
  emptyDraft,
  hasText,
  keepDraft,
  withBody,
  type Draft,
  type SavedComposer,
} from './draft.ts';
import { ComposerPane, type PaneActions } from './composerPane.ts';
import { MessageField } from './messageField.ts';
import { DraftHistory } from './draftHistory.ts';
import { formattedJson } from './jsonDraft.ts';
import { endedRuns } from './runs.ts';
import { libraryMenu } from './libraryMenu.ts';
import { outcomeText, type SendOutcome } from './sendStatus.ts';
import type { Request } from '../link/hostLink.ts';
import { below, openMenu } from '../widgets/menu.ts';
import { text } from '../widgets/strings.ts';

export interface ComposerPorts {
  readonly request: Request;
  /** Announces a sentence to screen readers. */
  readonly say: (sentence: string) => void;
  /** Saves state for the next time the page is shown. */
  readonly keep: (saved: SavedComposer) => void;
  /** Moves the focus back to the list. */
  readonly leave: () => void;
}

const noNames: ComposerView['names'] = { env: [], secret: [], named: [] };

/** The part below the list for writing and sending messages, and for following runs. */
export class Composer {
  readonly element: HTMLElement;
  readonly #ports: ComposerPorts;
  readonly #face: ComposerPane;
  readonly #field: MessageField;
  readonly #check: DraftChecker;
  readonly #history = new DraftHistory();
  #saved: SavedComposer;
  /** The name of the shown connection, which is the key of its draft. */
  #name: string | undefined;
  #draft = emptyDraft;
  /** The drafts of this page, including those that are too long to be saved. */
  readonly #drafts: Map<string, Draft>;
  #view: ComposerView | undefined;
  #outcome: SendOutcome = { kind: 'none' };

  constructor(formats: Formats, saved: SavedComposer, ports: ComposerPorts) {
    this.#saved = saved;
    this.#drafts = new Map(saved.drafts);
    this.#ports = ports;
    this.#check = new DraftChecker({
      ask: body => ports.request('compose.check', { connection: this.#connection, body }),
      names: () => this.#view?.names.named,
      onChange: () => this.#render(),
    });
    this.#field = new MessageField({
      onType: words => this.#type(words),
      onSend: () => void this.#sendDraft(),
      onFormat: () => this.#format(),
      onHistory: step => this.#moveInHistory(step),
      isInHistory: () => this.#history.isAway,
      onLeave: () => ports.leave(),
      names: () => this.#view?.names ?? noNames,
    });
    this.#face = new ComposerPane(formats, this.#field, saved.height, this.#actions());
    this.element = this.#face.element;
    this.#render();
  }

  /**
   * @param name of the connection; `undefined` if messages cannot be sent to any
   * @param view of that connection; `undefined` until it is known
   */
  show(name: string | undefined, view: ComposerView | undefined): void {
    const before = this.#view;
    const isOther = name !== this.#name;
    this.#view = view;
    if (!isOther && view === before) {
      return;
    }
    if (isOther) {
      this.#name = name;
      this.#history.reset();
      this.#outcome = { kind: 'none' };
      this.#draft = this.#drafts.get(name ?? '') ?? emptyDraft;
    }
    if (isOther || checkKey(before) !== checkKey(view)) {
      this.#check.begin(this.#draft);
    }
    if (!isOther && before && view) {
      for (const sentence of endedRuns(before.runs, view.runs)) {
        this.#ports.say(sentence);
      }
    }
    this.#render();
  }

  /** Opens it and moves the focus into the text. */
  open(): void {
    this.#keep({ isOpen: true });
    this.#render();
    this.#face.focus(this.#draft);
  }

  get #connection(): string {
    return this.#view?.connection ?? '';
  }

  /** Why this draft cannot be sent now. */
  get #why(): string | undefined {
    const { sends = 'never', why } = this.#view ?? {};
    const { kind } = this.#draft;
    if (sends === 'queue' && (kind === 'ping' || kind === 'close')) {
      return text('composeNotQueued');
    }
    return sends === 'never' ? (why ?? text('composeCannot')) : undefined;
  }

  #actions(): PaneActions {
    const { request } = this.#ports;
    return {
      change: change => this.#change(change),
      pickFile: () => this.#pickFile(),
      format: () => this.#format(),
      save: () => this.#try(request('compose.save', { body: bodyOfDraft(this.#draft) })),
      openLibrary: button =>
        openMenu(text('composeLibrary'), () => this.#libraryMenu(), below(button)),
      send: () => void this.#sendDraft(),
      cancelQueue: () => this.#try(request('queue.cancel', { connection: this.#connection })),
      open: () => this.open(),
      close: () => this.#close(),
      reveal: () => this.#reveal(),
      stopRun: id => this.#try(request('run.stop', { id })),
      resize: height => this.#keep({ height }),
    };
  }

  #close(): void {
    this.#keep({ isOpen: false });
    this.#render();
    this.#face.focusBar();
  }

  #type(words: string): void {
    this.#history.reset();
    this.#change({ text: words });
  }

  #change(change: Partial<Draft>): void {
    this.#draft = { ...this.#draft, ...change };
    this.#outcome = { kind: 'none' };
    if (change.kind !== undefined) {
      this.#history.reset();
      this.#check.begin(this.#draft);
    } else {
      this.#check.type(this.#draft);
    }
    this.#keepDraft();
    this.#render();
  }

  #keep(change: Partial<SavedComposer>): void {
    this.#saved = { ...this.#saved, ...change };
    this.#ports.keep(this.#saved);
  }

  #keepDraft(): void {
    if (this.#name !== undefined) {
      this.#drafts.set(this.#name, this.#draft);
      this.#keep({ drafts: keepDraft(this.#saved.drafts, this.#name, this.#draft) });
    }
  }

  #moveInHistory(step: 1 | -1): void {
    const words = this.#history.move(step, this.#draft, this.#view?.history ?? []);
    if (words !== undefined) {
      this.#change({ text: words });
    }
  }

  #format(): void {
    const formatted = this.#draft.kind === 'json' ? formattedJson(this.#draft.text) : undefined;
    if (formatted === undefined) {
      this.#check.now(this.#draft);
    } else {
      this.#change({ text: formatted });
    }
    this.#face.focus(this.#draft);
  }

  /** Keeps the text and selects it, so that typing replaces it. */
  async #sendDraft(): Promise<void> {
    const draft = this.#draft;
    const why = this.#why;
    if (why !== undefined) {
      this.#ports.say(why);
      return;
    }
    const problem = this.#check.now(draft);
    if (problem) {
      this.#ports.say(problem.message);
      return;
    }
    this.#setOutcome({ kind: 'sending' });
    const name = this.#name;
    try {
      const params = { connection: this.#connection, body: bodyOfDraft(draft) };
      const { delivery } = await this.#ports.request('compose.send', params);
      this.#sent(name, { kind: delivery === 'cancelled' ? 'none' : delivery }, draft);
    } catch (error) {
      this.#sent(name, { kind: 'failed', reason: messageOf(error) }, draft);
    }
  }

  #sent(name: string | undefined, outcome: SendOutcome, draft: Draft): void {
    if (name !== this.#name || draft !== this.#draft) {
      // The outcome is not about the draft that is shown now.
      this.#ports.say(outcomeText(outcome));
      return;
    }
    this.#setOutcome(outcome);
    this.#history.reset();
    if (outcome.kind === 'written' || outcome.kind === 'queued') {
      this.#field.selectAllIfFocused();
    }
  }

  #setOutcome(outcome: SendOutcome): void {
    this.#outcome = outcome;
    if (outcome.kind !== 'sending') {
      this.#ports.say(outcomeText(outcome));
    }
    this.#render();
  }

  #pickFile(): void {
    this.#try(
      this.#ports.request('compose.pickFile', undefined).then(({ path }) => {
        if (path !== undefined) {
          this.#change({ path });
          this.#check.now(this.#draft);
        }
      }),
    );
  }

  #libraryMenu() {
    return libraryMenu(this.#view?.items ?? [], {
      canRun: this.#view?.sends === 'now',
      insert: item => this.#insert(item),
      run: ({ origin, path }) =>
        this.#try(
          this.#ports.request('library.run', { connection: this.#connection, origin, path }),
        ),
    });
  }

  #insert({ origin, path }: ItemView): void {
    this.#try(
      this.#ports.request('library.body', { origin, path }).then(({ body }) => {
        this.#history.reset();
        this.#draft = withBody(this.#draft, body);
        this.#keepDraft();
        this.#outcome = { kind: 'none' };
        this.#check.begin(this.#draft);
        this.open();
      }),
    );
  }

  /** Shows why it failed, if it does. */
  #try(request: Promise<unknown>): void {
    request.catch((error: unknown) =>
      this.#setOutcome({ kind: 'failed', reason: messageOf(error) }),
    );
  }

  #render(): void {
    this.element.hidden = this.#name === undefined;
    this.#face.render({
      isOpen: this.#saved.isOpen,
      draft: this.#draft,
      checked: this.#check.result,
      outcome: this.#outcome,
      view: this.#view,
      why: this.#why,
    });
  }

  #reveal(): void {
    const { problem } = this.#check.result;
    if (problem && hasText(this.#draft.kind)) {
      this.#field.reveal(problem.from, problem.to);
    } else {
      this.#face.focus(this.#draft);
    }
  }
}
