import type { ConnectionField } from '../../core/settings/draft/connectionFields.ts';
import type { FieldGroup } from '../../core/settings/draft/fieldGroups.ts';
import { el } from '../widgets/dom.ts';
import { AuthControl } from './authControl.ts';
import { type Control, FieldFrame, selectOf, textInput } from './control.ts';
import { choiceLabel, fieldLabel, formText } from './formText.ts';
import { HeaderTable } from './headerTable.ts';
import { isSecretName } from '../../core/secrets/names.ts';
import { openingRows } from './openingRows.ts';
import { ruleRows } from './ruleRows.ts';
import { SecretInput, type SecretInputPorts } from './secretInput.ts';

interface GroupPorts {
  readonly onChange: (key: string, value: unknown) => void;
  readonly storeSecret: (suggestion: string, value: string) => Promise<string | undefined>;
  readonly suggest: (key: string) => string;
  readonly onFailure: (sentence: string) => void;
  /** Opens settings.json at a setting of the connection. */
  readonly openSettings: (key: string) => void;
  /** The paths of saved messages and sequences. */
  readonly savedPaths: ReadonlySet<string>;
}

/** Groups that are open although nothing is set: most connections need them. */
const openGroups: ReadonlySet<FieldGroup> = new Set(['onOpen']);

/** A group of fields; the first group is always open. */
export class FormGroup {
  readonly element: HTMLElement;
  readonly controls = new Map<string, Control>();
  readonly #details: HTMLDetailsElement | undefined;
  readonly #count = el('span', { class: 'form-count' });

  constructor(
    group: FieldGroup,
    fields: readonly ConnectionField[],
    values: Readonly<Record<string, unknown>>,
    ports: GroupPorts,
  ) {
    const body = el('div', { class: 'form-fields' });
    for (const field of fields) {
      const control = controlOf(field, values[field.key], ports);
      this.controls.set(field.key, control);
      body.append(control.element);
    }
    if (group === 'general') {
      this.element = body;
      return;
    }
    const summary = el('summary', {}, formText(`group.${group}`), this.#count);
    this.#details = el('details', { class: 'form-group' }, summary, body);
    this.#details.open =
      openGroups.has(group) || fields.some(({ key }) => values[key] !== undefined);
    this.element = this.#details;
  }

  /** Shows how many of its fields are set. */
  count(values: Readonly<Record<string, unknown>>): void {
    const count = [...this.controls.keys()].filter(key => values[key] !== undefined).length;
    const words = count === 1 ? formText('oneSet') : formText('countSet', String(count));
    this.#count.textContent = count === 0 ? '' : words;
  }

  open(): void {
    if (this.#details) {
      this.#details.open = true;
    }
  }
}

function controlOf(field: ConnectionField, value: unknown, ports: GroupPorts): Control {
  const { key, kind, isSecret } = field;
  const onChange = (changed: unknown) => ports.onChange(key, changed);
  switch (kind) {
    case 'flag':
      return flagControl(field, value, onChange);
    case 'number':
      return numberControl(field, value, onChange);
    case 'choice':
      return choiceControl(field, value, onChange);
    case 'names':
      return namesControl(field, value, onChange);
    case 'headers':
      return new HeaderTable(key, value, onChange, ports);
    case 'auth':
      return new AuthControl(value, onChange, ports);
    case 'opening':
      return openingRows({ ...ports, key, value, onChange }, ports.savedPaths);
    case 'rules':
      return ruleRows({ ...ports, key, value, onChange });
    case 'text':
      return isSecret
        ? secretControl(field, value, onChange, ports)
        : textControl(field, value, onChange);
  }
}

type OnChange = (value: unknown) => void;

/** On, off, or as inherited. */
function flagControl(field: ConnectionField, value: unknown, onChange: OnChange): Control {
  const options = [
    ['', formText('inherited', formText('on'))],
    ['true', formText('on')],
    ['false', formText('off')],
  ] as const;
  const select = selectOf(options, typeof value === 'boolean' ? String(value) : '');
  select.addEventListener('change', () => {
    onChange(select.value === '' ? undefined : select.value === 'true');
  });
  return selectControl(field, select, inherited => formText(inherited === true ? 'on' : 'off'));
}

/** One of several words, or as inherited. */
function choiceControl(field: ConnectionField, value: unknown, onChange: OnChange): Control {
  const shown = (word: unknown) => choiceLabel(field.key, String(word));
  const words = field.choices.map(word => [word, shown(word)] as const);
  const select = selectOf(
    [['', formText('inherited')], ...words],
    typeof value === 'string' ? value : '',
  );
  select.addEventListener('change', () => onChange(select.value || undefined));
  return selectControl(field, select, shown);
}

/** A number; other text is passed on as it was typed, and refused with a sentence. */
function numberControl(field: ConnectionField, value: unknown, onChange: OnChange): Control {
  const given = typeof value === 'number' || typeof value === 'string' ? String(value) : '';
  const input = textInput(given, 'short');
  input.inputMode = field.isWhole ? 'numeric' : 'decimal';
  input.addEventListener('input', () => {
    const typed = input.value.trim();
    const number = Number(typed.replace(',', '.'));
    onChange(typed === '' ? undefined : Number.isFinite(number) ? number : typed);
  });
  return inputControl(field, input, inherited => String(inherited));
}

function textControl(field: ConnectionField, value: unknown, onChange: OnChange): Control {
  const input = textInput(typeof value === 'string' ? value : '');
  input.addEventListener('input', () => onChange(input.value || undefined));
  return inputControl(field, input, shownText);
}

/** Names separated by commas. */
function namesControl(field: ConnectionField, value: unknown, onChange: OnChange): Control {
  const input = textInput(Array.isArray(value) ? value.join(', ') : '');
  input.addEventListener('input', () => {
    const names = input.value.split(',').map(name => name.trim());
    onChange(input.value.trim() === '' ? undefined : names.filter(name => name !== ''));
  });
  const shown = (inherited: unknown) => (Array.isArray(inherited) ? inherited.join(', ') : '');
  return inputControl(field, input, inherited => shown(inherited) || formText('none'), {
    hint: formText('commaSeparated'),
  });
}

/** A text that may hold credentials. */
function secretControl(
  field: ConnectionField,
  value: unknown,
  onChange: OnChange,
  ports: Pick<SecretInputPorts, 'storeSecret' | 'onFailure'> & {
    readonly suggest: (key: string) => string;
  },
): Control {
  const secret = new SecretInput(typeof value === 'string' ? value : '', {
    ...ports,
    suggest: () => ports.suggest(field.key),
    onChange: () => onChange(secret.value || undefined),
  });
  secret.name(fieldLabel(field.key));
  const warning = () => (isSecretName(field.key) ? secret.warning : '');
  return inputControl(field, secret.input, shownText, { warning, beside: [secret.button] });
}

function shownText(inherited: unknown): string {
  return typeof inherited === 'string' && inherited !== '' ? inherited : formText('none');
}

interface InputExtras {
  readonly hint?: string;
  /** Called whenever the draft has been checked. */
  readonly warning?: () => string;
  readonly beside?: readonly HTMLElement[];
}

function inputControl(
  { key }: ConnectionField,
  input: HTMLInputElement,
  shown: (inherited: unknown) => string,
  { hint = '', warning = () => '', beside = [] }: InputExtras = {},
): Control {
  const frame = new FieldFrame(fieldLabel(key), input, ...beside);
  frame.showHint(hint);
  return {
    element: frame.element,
    show: (problem, inherited) => {
      input.placeholder = shown(inherited);
      frame.showWarning(warning());
      frame.showProblem(problem);
    },
    focus: () => input.focus(),
  };
}

function selectControl(
  { key }: ConnectionField,
  select: HTMLSelectElement,
  shown: (inherited: unknown) => string,
): Control {
  const frame = new FieldFrame(fieldLabel(key), select);
  return {
    element: frame.element,
    show: (problem, inherited) => {
      const [first] = select.options;
      if (first) {
        first.textContent = formText('inherited', shown(inherited));
      }
      frame.showProblem(problem);
    },
    focus: () => select.focus(),
  };
}
