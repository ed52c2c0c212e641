import { messageOf } from '../../core/base/errors.ts';
import type { Formats } from '../../core/base/format.ts';
import type { Side } from '../../core/slot/observedSocket.ts';
import type { ComposerView, ItemView } from '../../shared/composerProtocol.ts';
import type { HeldAddress, HeldBody } from '../../shared/heldProtocol.ts';
import { checkKey, DraftChecker } from './draftCheck.ts';
import { bodyOfDraft, emptyDraft, hasText, keepDraft, withBody, type Draft } from './draft.ts';
import type { ComposerBar } from './composerBar.ts';
import { ComposerPane, type PaneActions } from './composerPane.ts';
import { MessageField } from './messageField.ts';
import { DraftHistory } from './draftHistory.ts';
import { HeldEdits, type HeldEdit, type IsHeld } from './heldEdits.ts';
import { formattedJson } from './jsonDraft.ts';
import { endedRuns } from './runs.ts';
import { editedKinds, type SavedComposer } from './savedComposer.ts';
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
  readonly #ports: ComposerPorts;
  readonly #bar: ComposerBar;
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
  /** Held messages that are edited in place of the user's own. */
  readonly #edits: HeldEdits;
  /** The held message whose edit was sent and not answered yet. */
  #released: HeldAddress | undefined;
  #isHeld: IsHeld = () => true;
  /** It was opened to edit a held message, and is closed when that ends. */
  #isOpenForEdit = false;
  #side: Side = 'server';

  /** @param bar is part of it, and may be in the page already */
  constructor(formats: Formats, bar: ComposerBar, saved: SavedComposer, ports: ComposerPorts) {
    this.#bar = bar;
    this.#saved = saved;
    this.#drafts = new Map(saved.drafts);
    this.#edits = new HeldEdits(saved.edits);
    this.#ports = ports;
    this.#check = new DraftChecker({
      ask: body => ports.request('compose.check', { connection: this.#connection, body }),
      names: () => this.#view?.names.named,
      isLiteral: () => this.#edited !== undefined,
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
    this.#face = new ComposerPane(formats, bar, this.#field, saved.height, this.#actions());
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
      this.#side = 'server';
      this.#name = name;
      this.#isHeld = () => true;
      this.#history.reset();
      this.#outcome = { kind: 'none' };
      this.#draft = this.#shownDraft;
    } else if (this.#outcome.kind === 'written' && view?.sends !== before?.sends) {
      // It was about the socket as it was; why nothing can be sent now is said in its place.
      this.#outcome = { kind: 'none' };
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

  /** Forgets what waits to be sent. */
  cancelQueue(): void {
    this.#try(this.#ports.request('queue.cancel', { connection: this.#connection }));
  }

  stopRun(id: string): void {
    this.#try(this.#ports.request('run.stop', { id }));
  }

  /** Edits a held message; the user's own draft comes back afterwards. */
  edit(message: HeldAddress, held: HeldBody): void {
    if (this.#name === undefined) {
      return;
    }
    this.#isOpenForEdit ||= !this.#saved.isOpen;
    this.#edits.begin(this.#name, message, held);
    this.#history.reset();
    this.#showDraft();
    this.open();
  }

  /**
   * Ends the edits of messages that are not held any more. What the user has changed stays, and a
   * sentence says what became of its message.
   */
  followHeld(isHeld: IsHeld): void {
    this.#isHeld = isHeld;
    const before = this.#edited;
    if (this.#name === undefined || !before) {
      return;
    }
    // The answer to a release says what became of it.
    for (const gone of this.#edits.follow(this.#name, isHeld, this.#released)) {
      this.#ports.say(this.#face.goneSentence(gone));
    }
    const after = this.#edits.current(this.#name);
    if (after?.message !== before.message) {
      this.#editEnded();
    } else if (after !== before) {
      this.#outcome = { kind: 'none' };
      this.#render();
    }
  }

  get #edited(): HeldEdit | undefined {
    return this.#edits.current(this.#name);
  }

  /** What is being written: an edit, or the user's own. */
  get #shownDraft(): Draft {
    return this.#edited?.draft ?? this.#drafts.get(this.#name ?? '') ?? emptyDraft;
  }

  #showDraft(): void {
    this.#outcome = { kind: 'none' };
    this.#draft = this.#shownDraft;
    this.#check.begin(this.#draft);
  }

  #leaveEdit({ message }: HeldEdit): void {
    if (this.#name !== undefined) {
      this.#edits.end(this.#name, message);
    }
    this.#editEnded();
  }

  #editEnded(): void {
    const isOver = this.#edited === undefined;
    this.#keep({
      edits: this.#edits.saved,
      ...(isOver && this.#isOpenForEdit && { isOpen: false }),
    });
    this.#isOpenForEdit &&= !isOver;
    this.#showDraft();
    this.#render();
  }

  get #connection(): string {
    return this.#view?.connection ?? '';
  }

  /** Why this draft cannot be sent now. */
  get #why(): string | undefined {
    const { sends = 'never', why } = this.#view ?? {};
    const { kind } = this.#draft;
    if (this.#edited) {
      return undefined;
    }
    if (sends === 'queue' && (kind === 'ping' || kind === 'close')) {
      return text('composeNotQueued');
    }
    return sends === 'never' ? (why ?? text('composeCannot')) : undefined;
  }

  #actions(): PaneActions {
    return {
      change: change => this.#change(change),
      pickFile: () => this.#pickFile(),
      format: () => this.#format(),
      save: () => void this.#save(),
      openLibrary: button =>
        openMenu(text('composeLibrary'), () => this.#libraryMenu(), below(button)),
      send: () => void this.#sendDraft(),
      close: () => this.#close(),
      reveal: () => this.#reveal(),
      resize: height => this.#keep({ height }),
      setSide: side => {
        this.#side = side;
        this.#render();
      },
      startTap: () => this.#try(this.#ports.request('start.open', { what: 'tap' })),
      cancelEdit: () => {
        if (this.#edited) {
          this.#leaveEdit(this.#edited);
        }
        if (this.#saved.isOpen) {
          this.#face.focus(this.#draft);
        } else {
          this.#ports.leave();
        }
      },
    };
  }

  #close(): void {
    this.#isOpenForEdit = false;
    this.#keep({ isOpen: false });
    this.#render();
    this.#bar.focus();
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
    if (this.#name === undefined) {
      return;
    }
    if (this.#edited) {
      this.#edits.change(this.#name, this.#draft);
      this.#keep({ edits: this.#edits.saved });
    } else {
      this.#drafts.set(this.#name, this.#draft);
      this.#keep({ drafts: keepDraft(this.#saved.drafts, this.#name, this.#draft) });
    }
  }

  #moveInHistory(step: 1 | -1): void {
    if (this.#edited) {
      return;
    }
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
    if (this.#edited) {
      await this.#releaseEdited(this.#edited, draft);
      return;
    }
    try {
      const to = this.#view?.hasSides === true ? { to: this.#side } : {};
      const params = { connection: this.#connection, body: bodyOfDraft(draft), ...to };
      const { delivery } = await this.#ports.request('compose.send', params);
      this.#sent(name, { kind: delivery === 'cancelled' ? 'none' : delivery }, draft);
    } catch (error) {
      this.#sent(name, { kind: 'failed', reason: messageOf(error) }, draft);
    }
  }

  /** Releases a held message as it was edited; if it has gone already, sends that by itself. */
  async #releaseEdited(edit: HeldEdit, { kind, text: words }: Draft): Promise<void> {
    const { message, direction, isGone } = edit;
    const body = { as: editedKinds.find(each => each === kind) ?? 'text', text: words };
    this.#released = message;
    try {
      if (isGone) {
        const to = direction === 'in' ? 'client' : 'server';
        await this.#ports.request('held.inject', { connection: this.#connection, to, body });
      } else {
        await this.#ports.request('held.releaseEdited', { ...message, body });
      }
      this.#ports.say(text(isGone ? 'heldSent' : 'heldReleased'));
      if (this.#edited?.message === message) {
        this.#leaveEdit(edit);
        this.#ports.leave();
      }
    } catch (error) {
      this.#setOutcome({ kind: 'failed', reason: messageOf(error) });
    }
    this.#released = undefined;
    this.followHeld(this.#isHeld);
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

  async #save(): Promise<void> {
    const name = this.#name;
    const body = bodyOfDraft(this.#draft);
    let outcome: SendOutcome | undefined;
    try {
      const { path } = await this.#ports.request('compose.save', { body });
      outcome = path === undefined ? undefined : { kind: 'saved', path };
    } catch (error) {
      outcome = { kind: 'unsaved', reason: messageOf(error) };
    }
    if (outcome && name === this.#name) {
      this.#setOutcome(outcome);
    }
  }

  async #run({ origin, path }: ItemView): Promise<void> {
    const name = this.#name;
    const params = { connection: this.#connection, origin, path };
    try {
      const { isStarted } = await this.#ports.request('library.run', params);
      if (isStarted) {
        this.#forgetProblem();
      }
    } catch (error) {
      if (name === this.#name) {
        this.#setOutcome({ kind: 'failed', reason: messageOf(error) });
      }
    }
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
      run: item => void this.#run(item),
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
    request.then(
      () => this.#forgetProblem(),
      (error: unknown) => this.#setOutcome({ kind: 'problem', reason: messageOf(error) }),
    );
  }

  /** What works now makes an old problem one of the past. */
  #forgetProblem(): void {
    if ('reason' in this.#outcome) {
      this.#outcome = { kind: 'none' };
      this.#render();
    }
  }

  #render(): void {
    this.#bar.element.hidden = this.#name === undefined;
    this.#face.render({
      isOpen: this.#saved.isOpen,
      draft: this.#draft,
      checked: this.#check.result,
      outcome: this.#outcome,
      view: this.#view,
      why: this.#why,
      edited: this.#edited,
      side: this.#view?.hasSides === true ? this.#side : undefined,
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
