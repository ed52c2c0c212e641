import { messageOf } from '../../core/base/errors.ts';
import { referencesIn } from '../../core/variables/template.ts';
import { el } from '../widgets/dom.ts';
import { secretListId, textInput } from './control.ts';
import { formText } from './formText.ts';

export interface SecretInputPorts {
  readonly storeSecret: (suggestion: string, value: string) => Promise<string | undefined>;
  readonly onChange: () => void;
  /** Suggests a name for the secret. */
  readonly suggest: () => string;
  /** Shows why it could not be stored. */
  readonly onFailure: (sentence: string) => void;
}

/** A text field whose value can be stored as a secret and replaced by a reference to it. */
export class SecretInput {
  readonly input: HTMLInputElement;
  readonly button: HTMLButtonElement;
  readonly #ports: SecretInputPorts;

  constructor(value: string, ports: SecretInputPorts) {
    this.#ports = ports;
    this.input = textInput(value, 'code');
    this.input.setAttribute('list', secretListId);
    this.button = el('button', { type: 'button', class: 'secondary' }, formText('storeSecret'));
    this.input.addEventListener('input', () => {
      this.#update();
      ports.onChange();
    });
    this.button.addEventListener('click', () => void this.#store());
    this.#update();
  }

  get value(): string {
    return this.input.value;
  }

  /** Whether the value is plain text, without a reference. */
  get isPlain(): boolean {
    return this.value !== '' && referencesIn(this.value).length === 0;
  }

  /** A warning about a plain value that should be a secret. */
  get warning(): string {
    return this.isPlain ? formText('plainSecret') : '';
  }

  /** Describes the button by the label of the field: its name is what can be seen of it. */
  name(label: string): void {
    this.button.title = formText('storeSecretFor', label);
  }

  async #store(): Promise<void> {
    // In `Bearer abc` the scheme is not secret, and stays readable.
    const [, scheme = '', value = ''] =
      /^((?:Bearer|Basic|Token) )?([^]*)$/i.exec(this.value) ?? [];
    try {
      const reference = await this.#ports.storeSecret(this.#ports.suggest(), value);
      if (reference !== undefined) {
        this.input.value = scheme + reference;
        this.#update();
        this.#ports.onChange();
        this.input.focus();
      }
    } catch (error) {
      this.#ports.onFailure(messageOf(error));
    }
  }

  #update(): void {
    this.button.hidden = !this.isPlain;
  }
}
