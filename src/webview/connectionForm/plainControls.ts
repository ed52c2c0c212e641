import { isSecretName } from '../../core/secrets/names.ts';
import type { ConnectionField } from '../../core/settings/connectionFields.ts';
import { FieldFrame, selectOf, textInput, type Control } from './control.ts';
import { fieldLabel, formText } from './formText.ts';
import { SecretInput, type SecretInputPorts } from './secretInput.ts';

type OnChange = (value: unknown) => void;

/** On, off, or as inherited. */
export function flagControl(field: ConnectionField, value: unknown, onChange: OnChange): Control {
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
export function choiceControl(field: ConnectionField, value: unknown, onChange: OnChange): Control {
  const words = field.choices.map(word => [word, word] as const);
  const select = selectOf(
    [['', formText('inherited')], ...words],
    typeof value === 'string' ? value : '',
  );
  select.addEventListener('change', () => onChange(select.value || undefined));
  return selectControl(field, select, String);
}

/** A number; what is none is handed on as it was typed, and refused with a sentence. */
export function numberControl(field: ConnectionField, value: unknown, onChange: OnChange): Control {
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

export function textControl(field: ConnectionField, value: unknown, onChange: OnChange): Control {
  const input = textInput(typeof value === 'string' ? value : '');
  input.addEventListener('input', () => onChange(input.value || undefined));
  return inputControl(field, input, shownText);
}

/** Names separated by commas. */
export function namesControl(field: ConnectionField, value: unknown, onChange: OnChange): Control {
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
export function secretControl(
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
  /** Looked at whenever the draft has been checked. */
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
