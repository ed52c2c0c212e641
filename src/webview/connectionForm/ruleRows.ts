import type { RowProblem } from '../../core/settings/draft/rowProblem.ts';
import {
  ruleActions,
  ruleCauses,
  ruleEntryOf,
  ruleRowOf,
  type RuleRow,
} from '../../core/settings/draft/ruleRow.ts';
import { el } from '../widgets/dom.ts';
import { selectOf, textInput } from './control.ts';
import { formText } from './formText.ts';
import { PartProblem, RowList, type RowFields, type RowListParts } from './rowList.ts';

const errorListId = 'errors';

/** Errors that are met often; any other may be typed. */
const errors = [
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  '*',
];

const newRule: RuleRow = { cause: 'close', value: '', action: 'retry', delay: '', others: [] };

/** The user's own rules for what is tried again. */
export function ruleRows(
  parts: Pick<RowListParts, 'key' | 'value' | 'onChange' | 'openSettings'>,
): RowList {
  return new RowList({
    ...parts,
    texts: {
      row: 'ruleRow',
      add: 'addRule',
      inherited: 'inheritedRules',
      none: 'useNoRules',
      empty: 'emptyRules',
    },
    fieldsOf: (item, onChange) => {
      const row = ruleRowOf(item);
      return row && new RuleFields(row, item, onChange);
    },
    newFields: onChange => new RuleFields(newRule, undefined, onChange),
  });
}

/** The suggestions for errors. */
export function errorList(): HTMLElement {
  return el('datalist', { id: errorListId }, ...errors.map(value => el('option', { value })));
}

/** One rule: after what, and what happens then. */
class RuleFields implements RowFields {
  readonly head: readonly HTMLElement[];
  readonly body: readonly HTMLElement[];
  readonly #row: RuleRow;
  readonly #before: unknown;
  readonly #cause: HTMLSelectElement;
  readonly #value: HTMLInputElement;
  readonly #action: HTMLSelectElement;
  readonly #delay: HTMLInputElement;
  readonly #delayLabel: HTMLElement;
  readonly #valueProblem: PartProblem;
  readonly #delayProblem: PartProblem;

  constructor(row: RuleRow, before: unknown, onChange: () => void) {
    this.#row = row;
    this.#before = before;
    this.#cause = selectOf(
      ruleCauses.map(cause => [cause, formText(`rule.${cause}`)] as const),
      row.cause,
    );
    this.#action = selectOf(
      ruleActions.map(action => [action, formText(`rule.${action}`)] as const),
      row.action,
    );
    this.#value = textInput(row.value, 'code brief');
    this.#delay = textInput(row.delay, 'brief');
    this.#delay.placeholder = formText('ruleDelayExample');
    this.#valueProblem = new PartProblem(this.#value);
    this.#delayProblem = new PartProblem(this.#delay);
    this.#delayLabel = el(
      'span',
      { class: 'form-row-words' },
      formText('ruleAfter'),
      this.#delay,
      formText('seconds'),
    );
    this.head = [this.#cause, this.#value, this.#action, this.#delayLabel];
    const { others } = row;
    const kept = el('p', { class: 'form-hint' }, formText('keptParts', others.join(', ')));
    kept.hidden = others.length === 0;
    this.body = [this.#valueProblem.element, this.#delayProblem.element, kept];
    const changed = () => {
      this.#adapt();
      onChange();
    };
    this.#cause.addEventListener('change', changed);
    this.#action.addEventListener('change', changed);
    this.#value.addEventListener('input', changed);
    this.#delay.addEventListener('input', changed);
    this.#adapt();
  }

  read(): unknown {
    const row: RuleRow = {
      cause: ruleCauses.find(each => each === this.#cause.value) ?? 'close',
      value: this.#value.value,
      action: ruleActions.find(each => each === this.#action.value) ?? 'retry',
      delay: this.#delay.value,
      others: this.#row.others,
    };
    const isNew = this.#before === undefined;
    const isBlank = row.value.trim() === '' && row.delay.trim() === '';
    return isNew && isBlank ? undefined : ruleEntryOf(row, this.#before);
  }

  show(problems: readonly RowProblem[]): void {
    const of = (part: string) => problems.find(problem => problem.part === part)?.sentence;
    this.#valueProblem.show(of('value'));
    this.#delayProblem.show(of('delay'));
  }

  name(number: string): void {
    const of = (label: string) => `${label}, ${formText('ruleRow', number)}`;
    this.#cause.setAttribute('aria-label', of(formText('ruleCause')));
    this.#value.setAttribute('aria-label', of(formText('ruleValue')));
    this.#action.setAttribute('aria-label', of(formText('ruleAction')));
    this.#delay.setAttribute('aria-label', of(formText('ruleDelay')));
  }

  focus(): void {
    const isDelayWrong = this.#delayProblem.isShown && !this.#valueProblem.isShown;
    (isDelayWrong ? this.#delay : this.#value).focus();
  }

  #adapt(): void {
    const isError = this.#cause.value === 'error';
    this.#value.placeholder = formText(`rule.${this.#cause.value as RuleRow['cause']}.example`);
    if (isError) {
      this.#value.setAttribute('list', errorListId);
    } else {
      this.#value.removeAttribute('list');
    }
    this.#delayLabel.hidden = this.#action.value === 'stop';
  }
}
