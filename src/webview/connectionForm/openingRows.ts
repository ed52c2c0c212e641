import {
  isBlankRow,
  openingEntryOf,
  openingKinds,
  openingRowOf,
  openingTimes,
  type OpeningKind,
  type OpeningRow,
} from '../../core/settings/draft/openingRow.ts';
import type { RowProblem } from '../../core/settings/draft/rowProblem.ts';
import { el } from '../widgets/dom.ts';
import { FieldFrame, freshId, selectOf, textInput } from './control.ts';
import { formText } from './formText.ts';
import { PartProblem, RowList, type RowFields, type RowListParts } from './rowList.ts';

/** The id of the list of saved messages and sequences. */
export const savedListId = 'saved';

const maxLines = 12;

const newRow: OpeningRow = {
  kind: 'text',
  content: '',
  when: 'every',
  delay: '',
  match: '',
  timeout: '',
  others: [],
};

/** The messages that are sent when the connection opens. */
export function openingRows(
  parts: Pick<RowListParts, 'key' | 'value' | 'onChange' | 'openSettings'>,
  savedPaths: ReadonlySet<string>,
): RowList {
  return new RowList({
    ...parts,
    texts: {
      row: 'openingRow',
      add: 'addOpening',
      inherited: 'inheritedOpening',
      none: 'sendNothing',
      empty: 'emptyOpening',
    },
    fieldsOf: (item, onChange) => {
      const row = openingRowOf(item);
      return row && new OpeningFields(row, item, savedPaths, onChange);
    },
    newFields: onChange => new OpeningFields(newRow, undefined, savedPaths, onChange),
  });
}

/** One message: what, when, and what is waited for before and after. */
class OpeningFields implements RowFields {
  readonly head: readonly HTMLElement[];
  readonly body: readonly HTMLElement[];
  readonly #row: OpeningRow;
  readonly #before: unknown;
  readonly #savedPaths: ReadonlySet<string>;
  readonly #kind: HTMLSelectElement;
  readonly #when: HTMLSelectElement;
  readonly #text = el('textarea', { class: 'field form-input code', spellcheck: 'false' });
  readonly #saved = textInput('', 'code');
  readonly #delay: HTMLInputElement;
  readonly #match: HTMLInputElement;
  readonly #timeout: HTMLInputElement;
  readonly #frames: Readonly<Record<'delay' | 'match' | 'timeout', FieldFrame>>;
  readonly #timing: HTMLDetailsElement;
  readonly #timingFacts = el('span', { class: 'form-count' });
  readonly #hint = el('p', { class: 'form-hint' });
  readonly #textProblem = new PartProblem(this.#text);
  readonly #savedProblem = new PartProblem(this.#saved);

  constructor(
    row: OpeningRow,
    before: unknown,
    savedPaths: ReadonlySet<string>,
    onChange: () => void,
  ) {
    this.#row = row;
    this.#before = before;
    this.#savedPaths = savedPaths;
    this.#kind = selectOf(
      openingKinds.map(kind => [kind, formText(`opening.${kind}`)] as const),
      row.kind,
    );
    this.#when = selectOf(
      openingTimes.map(when => [when, formText(`when.${when}`)] as const),
      row.when,
    );
    this.#delay = textInput(row.delay, 'short');
    this.#match = textInput(row.match, 'code');
    this.#timeout = textInput(row.timeout, 'short');
    this.#delay.placeholder = '0';
    this.#timeout.placeholder = '30';
    this.#match.placeholder = '$.ok:true';
    this.#saved.setAttribute('list', savedListId);
    this.#saved.placeholder = formText('savedExample');
    (row.kind === 'sequence' ? this.#saved : this.#text).value = row.content;
    this.#frames = {
      delay: new FieldFrame(formText('openingDelay'), this.#delay),
      match: new FieldFrame(formText('openingMatch'), this.#match),
      timeout: new FieldFrame(formText('openingTimeout'), this.#timeout),
    };
    this.#frames.match.element.classList.add('wide');
    this.#timing = el(
      'details',
      { class: 'form-timing' },
      el('summary', {}, formText('openingTiming'), this.#timingFacts),
      el(
        'div',
        { class: 'form-timing-fields' },
        ...Object.values(this.#frames).map(({ element }) => element),
      ),
    );
    this.head = [this.#kind, this.#when];
    const content = [
      this.#text,
      this.#saved,
      this.#textProblem.element,
      this.#savedProblem.element,
    ];
    this.body = [...content, this.#hint, this.#timing];
    const changed = () => {
      this.#adapt();
      onChange();
    };
    for (const select of [this.#kind, this.#when]) {
      select.addEventListener('change', changed);
    }
    for (const input of [this.#text, this.#saved, this.#delay, this.#match, this.#timeout]) {
      input.addEventListener('input', changed);
    }
    this.#adapt();
  }

  read(): unknown {
    const row: OpeningRow = {
      kind: this.#kind.value as OpeningKind,
      content: this.#isSaved ? this.#saved.value : this.#text.value,
      when: openingTimes.find(each => each === this.#when.value) ?? 'every',
      delay: this.#delay.value,
      match: this.#match.value,
      timeout: this.#timeout.value,
      others: this.#row.others,
    };
    const isNew = this.#before === undefined;
    return isNew && isBlankRow(row) ? undefined : openingEntryOf(row, this.#before);
  }

  show(problems: readonly RowProblem[]): void {
    const of = (part: string) => problems.find(problem => problem.part === part)?.sentence;
    this.#textProblem.show(this.#isSaved ? undefined : of('content'));
    this.#savedProblem.show(this.#isSaved ? of('content') : undefined);
    for (const part of ['delay', 'match', 'timeout'] as const) {
      this.#frames[part].showProblem(of(part));
      // What is wrong must not be hidden.
      this.#timing.open ||= of(part) !== undefined;
    }
    this.#showHint();
  }

  name(number: string): void {
    const of = (label: string) => `${label}, ${formText('openingRow', number)}`;
    this.#kind.setAttribute('aria-label', of(formText('openingKind')));
    this.#when.setAttribute('aria-label', of(formText('openingWhen')));
    this.#text.setAttribute('aria-label', of(formText('openingContent')));
    this.#saved.setAttribute('aria-label', of(formText('openingSaved')));
  }

  focus(): void {
    const wrong = [this.#delay, this.#match, this.#timeout].find(
      each => each.getAttribute('aria-invalid') === 'true',
    );
    const first = this.#isSaved ? this.#saved : this.#text;
    const isFirstWrong = this.#textProblem.isShown || this.#savedProblem.isShown;
    (isFirstWrong ? first : (wrong ?? first)).focus();
  }

  get #isSaved(): boolean {
    return this.#kind.value === 'sequence';
  }

  /** Shows the fields that the kind has, and what is set in those that are closed. */
  #adapt(): void {
    const isSaved = this.#isSaved;
    this.#text.hidden = isSaved;
    this.#saved.hidden = !isSaved;
    // The steps of a sequence wait themselves.
    this.#frames.match.element.hidden = isSaved;
    this.#frames.timeout.element.hidden = isSaved;
    const lines = this.#text.value.split('\n').length;
    this.#text.rows = Math.min(Math.max(lines, this.#kind.value === 'json' ? 2 : 1), maxLines);
    this.#timingFacts.textContent = this.#timingWords();
    this.#showHint();
  }

  #timingWords(): string {
    const [delay, match] = [this.#delay.value.trim(), this.#match.value.trim()];
    const parts = [
      ...(delay === '' ? [] : [formText('afterSeconds', delay)]),
      ...(match === '' || this.#isSaved ? [] : [formText('waitsFor', match)]),
    ];
    return parts.join(' · ');
  }

  #showHint(): void {
    const path = this.#saved.value.trim();
    const isUnknown = this.#isSaved && path !== '' && !this.#savedPaths.has(path);
    const { others } = this.#row;
    const hints = [
      ...(isUnknown ? [formText('notSaved')] : []),
      ...(others.length > 0 ? [formText('keptParts', others.join(', '))] : []),
    ];
    this.#hint.textContent = hints.join(' ');
    this.#hint.hidden = hints.length === 0;
  }
}

/** The choices of saved messages and sequences. */
export function savedList(paths: readonly string[]): HTMLElement {
  return el(
    'datalist',
    { id: savedListId },
    ...paths.map(value => el('option', { value, id: freshId() })),
  );
}
