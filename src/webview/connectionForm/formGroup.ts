import type { ConnectionField } from '../../core/settings/connectionFields.ts';
import type { FieldGroup } from '../../core/settings/fieldGroups.ts';
import { el } from '../widgets/dom.ts';
import { AuthControl } from './authControl.ts';
import type { Control } from './control.ts';
import { formText } from './formText.ts';
import { HeaderTable } from './headerTable.ts';
import {
  choiceControl,
  flagControl,
  namesControl,
  numberControl,
  secretControl,
  textControl,
} from './plainControls.ts';

export interface GroupPorts {
  readonly onChange: (key: string, value: unknown) => void;
  readonly storeSecret: (suggestion: string, value: string) => Promise<string | undefined>;
  readonly suggest: (key: string) => string;
  readonly onFailure: (sentence: string) => void;
}

/** Fields that belong together; those of the first group are always in sight. */
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
    this.#details.open = fields.some(({ key }) => values[key] !== undefined);
    this.element = this.#details;
  }

  /** Says how many of its fields are set. */
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
    case 'text':
      return isSecret
        ? secretControl(field, value, onChange, ports)
        : textControl(field, value, onChange);
  }
}
