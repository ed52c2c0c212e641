import { messageOf } from '../../core/base/errors.ts';
import type {
  ConnectionDraft,
  ConnectionDraftCheck,
} from '../../core/settings/draft/connectionDraft.ts';
import { fieldGroups } from '../../core/settings/draft/fieldGroups.ts';
import type { FormParams, FormRequest, FormResults, FormState } from '../../shared/formProtocol.ts';
import { el } from '../widgets/dom.ts';
import { secretListId } from './control.ts';
import { FormGroup } from './formGroup.ts';
import { formText } from './formText.ts';
import { Identity } from './identity.ts';
import { savedList } from './openingRows.ts';
import { errorList } from './ruleRows.ts';

export type AskHost = <K extends FormRequest>(
  request: K,
  params: FormParams<K>,
) => Promise<FormResults[K]>;

/** The draft is checked when the user has not typed for this time. */
const checkDelayMs = 150;

/** The form of one connection. The host has a copy of the draft, so that a hidden page loses nothing. */
export class ConnectionFormPage {
  readonly #ask: AskHost;
  readonly #identity: Identity;
  readonly #groups: readonly FormGroup[];
  readonly #values: Record<string, unknown>;
  readonly #status = el('p', { class: 'form-status', role: 'alert' });
  readonly #secretList = el('datalist', { id: secretListId });
  #check: ConnectionDraftCheck;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;
  #isBusy = false;

  constructor(root: HTMLElement, state: FormState, ask: AskHost) {
    this.#ask = ask;
    this.#check = state.check;
    this.#values = { ...state.draft.values };
    this.#identity = new Identity(state, () => this.#changed());
    const ports = {
      onChange: (key: string, value: unknown) => {
        this.#values[key] = value;
        this.#changed();
      },
      storeSecret: (suggestion: string, value: string) => this.#storeSecret(suggestion, value),
      suggest: (key: string) => `${this.#identity.effectiveName || formText('connection')}-${key}`,
      onFailure: (sentence: string) => this.#say(sentence),
      openSettings: (key: string) => this.#openSettings(key),
      savedPaths: new Set(state.savedPaths),
    };
    this.#groups = fieldGroups.flatMap(group => {
      const fields = state.fields.filter(field => field.group === group);
      return fields.length > 0 ? [new FormGroup(group, fields, this.#values, ports)] : [];
    });
    this.#offerSecrets(state.secrets);
    root.replaceChildren(this.#build(state));
    this.#show();
    this.#identity.url.focus();
  }

  /** Saves the draft if it is valid; the host then closes the form. */
  async save(connect: boolean): Promise<void> {
    if (this.#isBusy) {
      return;
    }
    this.#isBusy = true;
    clearTimeout(this.#timer);
    this.#asked++;
    this.#identity.showMissing();
    try {
      this.#show();
      if (this.#ownProblem() === undefined) {
        this.#check = await this.#ask('form.save', { ...this.#written(), connect });
        this.#show();
      }
      this.#goToProblem();
    } catch (error) {
      this.#say(messageOf(error));
    } finally {
      this.#isBusy = false;
    }
  }

  #build({ isNew, notes, unshown, savedPaths }: FormState): HTMLElement {
    const title = el('h1', {}, formText(isNew ? 'titleNew' : 'titleEdit'));
    const said = notes.map(note => el('p', { class: 'form-note' }, note));
    const scrolled = el('div', { class: 'form-body' }, title, ...said, ...this.#identity.elements);
    scrolled.append(...this.#groups.map(({ element }) => element));
    scrolled.append(this.#inSettings(unshown));
    const lists = [this.#secretList, savedList(savedPaths), errorList()];
    const form = el('form', { class: 'form' }, scrolled, this.#bar(), ...lists);
    form.noValidate = true;
    form.addEventListener('submit', event => {
      event.preventDefault();
      void this.save(false);
    });
    form.addEventListener('keydown', event => {
      // With Caps Lock on the key is an S.
      const key = event.key.toLowerCase();
      if ((event.ctrlKey || event.metaKey) && (key === 's' || key === 'enter')) {
        event.preventDefault();
        void this.save(key === 'enter');
      }
    });
    return form;
  }

  #bar(): HTMLElement {
    const button = (className: string, label: string, press: () => void, title = '') => {
      const made = el('button', { type: 'button', class: className }, label);
      made.addEventListener('click', press);
      made.title = title;
      return made;
    };
    const connect = () => void this.save(true);
    const save = () => void this.save(false);
    return el(
      'div',
      { class: 'form-bar' },
      button('primary', formText('saveAndConnect'), connect, formText('saveAndConnectHint')),
      button('secondary', formText('save'), save, formText('saveHint')),
      button('secondary', formText('cancel'), () =>
        this.#tell(this.#ask('form.cancel', undefined)),
      ),
      this.#status,
    );
  }

  /** The way to the same connection as text, and what only that way leads to. */
  #inSettings(unshown: readonly string[]): HTMLElement {
    const open = el('button', { type: 'button', class: 'link' }, formText('editInSettings'));
    open.addEventListener('click', () => this.#openSettings());
    const hint = el('p', { class: 'form-hint' }, formText('unshown', unshown.join(', ')));
    return el('div', { class: 'form-unshown' }, ...(unshown.length > 0 ? [hint] : []), open);
  }

  #openSettings(key?: string): void {
    const { scope } = this.#identity;
    this.#tell(this.#ask('form.settings', { scope, ...(key !== undefined && { key }) }));
  }

  #tell(answered: Promise<unknown>): void {
    answered.catch((error: unknown) => this.#say(messageOf(error)));
  }

  #written() {
    const { name, url, scope } = this.#identity;
    const set = Object.entries(this.#values).filter(([, value]) => value !== undefined);
    const values = Object.fromEntries(set);
    const draft: ConnectionDraft = { name: name.value, url: url.value, values };
    return { draft, scope };
  }

  #changed(): void {
    this.#say('');
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#recheck(), checkDelayMs);
  }

  async #recheck(): Promise<void> {
    const asked = ++this.#asked;
    try {
      const check = await this.#ask('form.change', this.#written());
      if (asked === this.#asked) {
        this.#check = check;
        this.#show();
      }
    } catch (error) {
      this.#say(messageOf(error));
    }
  }

  #show(): void {
    const { problems, inherited, rows } = this.#check;
    this.#identity.show(this.#check);
    for (const group of this.#groups) {
      group.count(this.#values);
      for (const [key, control] of group.controls) {
        control.show(problems[key], inherited[key], rows[key]);
      }
    }
  }

  #ownProblem(): string | undefined {
    return this.#groups
      .flatMap(({ controls }) => [...controls.values()])
      .find(({ ownProblem }) => ownProblem !== undefined)?.ownProblem;
  }

  /** Shows the number of problems, and moves the focus to the first. */
  #goToProblem(): void {
    const { problems } = this.#check;
    const isWrong = (key: string) => problems[key] !== undefined;
    const wrong = this.#groups.flatMap(group =>
      [...group.controls]
        .filter(([key, control]) => isWrong(key) || control.ownProblem !== undefined)
        .map(([, control]) => ({ group, control })),
    );
    const count = wrong.length + ['name', 'url'].filter(isWrong).length;
    if (count === 0) {
      return;
    }
    this.#say(count === 1 ? formText('oneProblem') : formText('problems', String(count)));
    for (const { group } of wrong) {
      group.open();
    }
    const { name, url } = this.#identity;
    const first = isWrong('url') ? url : isWrong('name') ? name : wrong[0]?.control;
    first?.focus();
    // The label and the sentence belong to the place, too.
    const focused = document.activeElement;
    const place = focused?.closest('.form-row, .form-field') ?? focused;
    place?.scrollIntoView({ block: 'nearest' });
  }

  async #storeSecret(suggestion: string, value: string): Promise<string | undefined> {
    const { reference, secrets } = await this.#ask('form.secret', { suggestion, value });
    this.#offerSecrets(secrets);
    return reference;
  }

  #offerSecrets(secrets: readonly string[]): void {
    this.#secretList.replaceChildren(...secrets.map(value => el('option', { value })));
  }

  #say(sentence: string): void {
    this.#status.textContent = sentence;
  }
}
