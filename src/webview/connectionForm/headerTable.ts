import { isSecretName } from '../../core/secrets/names.ts';
import { el, icon, setAttribute } from '../widgets/dom.ts';
import { freshId, textInput, type Control } from './control.ts';
import { fieldLabel, formText } from './formText.ts';
import { SecretInput, type SecretInputPorts } from './secretInput.ts';

interface Row {
  readonly element: HTMLElement;
  readonly name: HTMLInputElement;
  readonly value: SecretInput;
  readonly warning: HTMLElement;
  readonly remove: HTMLButtonElement;
}

type Ports = Pick<SecretInputPorts, 'storeSecret' | 'onFailure'> & {
  readonly suggest: (key: string) => string;
};

/** The headers of the handshake, one row for each. */
export class HeaderTable implements Control {
  readonly element: HTMLElement;
  readonly #ports: Ports;
  readonly #onChange: (value: unknown) => void;
  readonly #rows: Row[] = [];
  readonly #body = el('div', { class: 'form-headers' });
  readonly #add = el('button', { type: 'button', class: 'secondary' });
  readonly #problem = el('p', { class: 'form-problem', id: freshId() });
  readonly #hint = el('p', { class: 'form-hint' });

  constructor(key: string, value: unknown, onChange: (value: unknown) => void, ports: Ports) {
    this.#ports = ports;
    this.#onChange = onChange;
    this.#add.append(icon('add'), formText('addHeader'));
    this.#add.addEventListener('click', () => {
      this.#addRow('', '').name.focus();
    });
    const attributes = { 'role': 'group', 'aria-label': fieldLabel(key), 'class': 'form-field' };
    const title = el('span', { 'class': 'form-label', 'aria-hidden': 'true' }, fieldLabel(key));
    const parts = [title, this.#body, this.#problem, this.#hint, el('div', {}, this.#add)];
    this.element = el('div', attributes, ...parts);
    const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
    for (const [name, text] of entries) {
      this.#addRow(name, String(text));
    }
  }

  /** A problem that an object of headers cannot represent, such as a duplicate name. */
  get ownProblem(): string | undefined {
    const names = this.#rows.map(({ name }) => name.value.trim().toLowerCase());
    const twice = names.find((name, at) => name !== '' && names.indexOf(name) !== at);
    if (twice !== undefined) {
      return formText('headerTwice', twice);
    }
    const hasNoName = this.#rows.some(({ name, value }) => !name.value.trim() && value.value);
    return hasNoName ? formText('headerNoName') : undefined;
  }

  show(problem: string | undefined, inherited: unknown): void {
    const shown = this.ownProblem ?? problem;
    this.#problem.hidden = shown === undefined;
    this.#problem.textContent = shown ?? '';
    for (const { name } of this.#rows) {
      setAttribute(name, 'aria-invalid', shown === undefined ? undefined : 'true');
      setAttribute(name, 'aria-describedby', shown === undefined ? undefined : this.#problem.id);
    }
    const names = Object.keys(typeof inherited === 'object' && inherited ? inherited : {});
    this.#hint.hidden = names.length === 0;
    this.#hint.textContent = formText('inheritedHeaders', names.join(', '));
  }

  focus(): void {
    (this.#rows[0]?.name ?? this.#add).focus();
  }

  #addRow(name: string, text: string): Row {
    const input = textInput(name, 'code');
    const value = new SecretInput(text, {
      ...this.#ports,
      suggest: () => this.#ports.suggest(input.value.trim()),
      onChange: () => this.#changed(),
    });
    const remove = el('button', { type: 'button', class: 'tool' }, icon('close'));
    const warning = el('p', { class: 'form-warning' }, formText('plainSecret'));
    const line = el('div', { class: 'form-header' }, input, value.input, value.button, remove);
    const row: Row = { element: el('div', {}, line, warning), name: input, value, warning, remove };
    input.placeholder = formText('headerName');
    value.input.placeholder = formText('headerValue');
    input.addEventListener('input', () => this.#changed());
    remove.addEventListener('click', () => this.#remove(row));
    this.#rows.push(row);
    this.#body.append(row.element);
    this.#nameRows();
    return row;
  }

  #remove(row: Row): void {
    const at = this.#rows.indexOf(row);
    this.#rows.splice(at, 1);
    row.element.remove();
    (this.#rows[at] ?? this.#rows[at - 1])?.name.focus();
    if (this.#rows.length === 0) {
      this.#add.focus();
    }
    this.#changed();
  }

  #changed(): void {
    this.#nameRows();
    const pairs = this.#rows
      .map(({ name, value }) => [name.value.trim(), value.value] as const)
      .filter(([name]) => name !== '');
    this.#onChange(pairs.length === 0 ? undefined : Object.fromEntries(pairs));
  }

  #nameRows(): void {
    for (const [index, { name, value, warning, remove }] of this.#rows.entries()) {
      const number = String(index + 1);
      name.setAttribute('aria-label', formText('headerRowName', number));
      value.input.setAttribute('aria-label', formText('headerRowValue', number));
      value.name(name.value.trim() || number);
      remove.setAttribute('aria-label', formText('removeHeader', name.value.trim() || number));
      remove.title = formText('removeHeader', name.value.trim() || number);
      warning.hidden = !value.isPlain || !isSecretName(name.value.trim());
    }
  }
}
