import { el } from '../widgets/dom.ts';
import { FieldFrame, freshId, selectOf, textInput, type Control } from './control.ts';
import { formText } from './formText.ts';
import { SecretInput, type SecretInputPorts } from './secretInput.ts';
import type { FormString } from '../../shared/formStrings.ts';

type Ports = Pick<SecretInputPorts, 'storeSecret' | 'onFailure'> & {
  readonly suggest: (key: string) => string;
};
type Part = string | number | readonly string[] | undefined;

/** A field of one kind of authentication, and how it is read. */
interface PartField {
  readonly name: string;
  readonly label: FormString;
  readonly as: 'text' | 'secret' | 'lines' | 'number' | 'place';
  /** Whether it is left out if it is empty. */
  readonly isOptional?: boolean;
}

const parts: Readonly<Record<string, readonly PartField[]>> = {
  basic: [
    { name: 'username', label: 'authUsername', as: 'text' },
    { name: 'password', label: 'authPassword', as: 'secret' },
  ],
  bearer: [{ name: 'token', label: 'authToken', as: 'secret' }],
  apiKey: [
    { name: 'in', label: 'authIn', as: 'place' },
    { name: 'name', label: 'authName', as: 'text' },
    { name: 'value', label: 'authValue', as: 'secret' },
  ],
  command: [
    { name: 'command', label: 'authProgram', as: 'lines' },
    { name: 'timeout', label: 'authTimeout', as: 'number', isOptional: true },
    { name: 'header', label: 'authHeader', as: 'text', isOptional: true },
    { name: 'scheme', label: 'authScheme', as: 'text', isOptional: true },
  ],
};

/** The authentication of a connection. */
export class AuthControl implements Control {
  readonly element: HTMLElement;
  readonly #ports: Ports;
  readonly #onChange: (value: unknown) => void;
  readonly #type: HTMLSelectElement;
  readonly #fields = el('div', { class: 'form-fields' });
  readonly #problem = el('p', { class: 'form-problem', id: freshId() });
  #read: () => Readonly<Record<string, Part>> = () => ({});

  constructor(value: unknown, onChange: (value: unknown) => void, ports: Ports) {
    this.#ports = ports;
    this.#onChange = onChange;
    const known = (typeof value === 'object' ? value : undefined) as
      Readonly<Record<string, unknown>> | undefined;
    const type = known?.['type'];
    this.#type = selectOf(
      [
        ['', formText('inherited')],
        ['none', formText('authNone')],
        ['basic', formText('authBasic')],
        ['bearer', formText('authBearer')],
        ['apiKey', formText('authApiKey')],
        ['command', formText('authCommand')],
      ],
      typeof type === 'string' ? type : known ? 'none' : '',
    );
    const frame = new FieldFrame(formText('authType'), this.#type);
    this.element = el('div', { class: 'form-fields' }, frame.element, this.#fields, this.#problem);
    this.#build(known ?? {});
    this.#type.addEventListener('change', () => {
      this.#build({});
      this.#changed();
    });
  }

  show(problem: string | undefined, inherited: unknown): void {
    const type = (inherited as { readonly type?: string } | undefined)?.type;
    const [first] = this.#type.options;
    if (first) {
      const label = [...this.#type.options].find(({ value }) => value === (type ?? 'none'));
      first.textContent = formText('inherited', label?.textContent ?? '');
    }
    this.#problem.hidden = problem === undefined;
    this.#problem.textContent = problem ?? '';
  }

  focus(): void {
    this.#type.focus();
  }

  #build(known: Readonly<Record<string, unknown>>): void {
    const readers = new Map<string, () => Part>();
    const frames = (parts[this.#type.value] ?? []).map(part => {
      const [frame, read] = this.#part(part, known[part.name]);
      readers.set(part.name, read);
      return frame;
    });
    this.#fields.replaceChildren(...frames);
    this.#read = () => Object.fromEntries([...readers].map(([name, read]) => [name, read()]));
  }

  #part({ label, as, name, isOptional }: PartField, value: unknown): [HTMLElement, () => Part] {
    const changed = () => this.#changed();
    const given = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
    const frame = (input: HTMLElement, ...beside: readonly HTMLElement[]) =>
      new FieldFrame(formText(label), input, ...beside).element;
    switch (as) {
      case 'secret': {
        const suggest = () => this.#ports.suggest(name);
        const onChange = () => {
          secretFrame.showWarning(secret.warning);
          changed();
        };
        const secret = new SecretInput(given, { ...this.#ports, suggest, onChange });
        const secretFrame = new FieldFrame(formText(label), secret.input, secret.button);
        secret.name(formText(label));
        secretFrame.showWarning(secret.warning);
        return [secretFrame.element, () => secret.value];
      }
      case 'place': {
        const options = [
          ['header', formText('authInHeader')],
          ['query', formText('authInQuery')],
        ] as const;
        const select = selectOf(options, given === 'query' ? 'query' : 'header');
        select.addEventListener('change', changed);
        return [frame(select), () => select.value];
      }
      case 'lines': {
        const area = el('textarea', {
          class: 'field form-input code',
          rows: '3',
          spellcheck: 'false',
        });
        area.value = Array.isArray(value) ? value.join('\n') : '';
        area.addEventListener('input', changed);
        return [frame(area), () => area.value.split('\n').filter(line => line !== '')];
      }
      case 'text':
      case 'number': {
        const input = textInput(given, as === 'number' ? 'short' : '');
        input.addEventListener('input', changed);
        const read = () => {
          const isLeftOut = isOptional === true && input.value === '' && value !== '';
          const number = Number(input.value.replace(',', '.'));
          const isNumber = as === 'number' && Number.isFinite(number);
          return isLeftOut ? undefined : isNumber ? number : input.value;
        };
        return [frame(input), read];
      }
    }
  }

  #changed(): void {
    const type = this.#type.value;
    const read = Object.entries(this.#read()).filter(([, part]) => part !== undefined);
    const value = type === 'none' ? {} : { type, ...Object.fromEntries(read) };
    this.#onChange(type === '' ? undefined : value);
  }
}
