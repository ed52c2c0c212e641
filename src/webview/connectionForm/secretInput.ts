import { messageOf } from '../../core/base/errors.ts';
import { referencesIn } from '../../core/variables/template.ts';
import { el } from '../widgets/dom.ts';
import { secretListId, textInput } from './control.ts';
import { formText } from './formText.ts';

export interface SecretInputPorts {
  readonly storeSecret: (suggestion: string, value: string) => Promise<string | undefined>;
  readonly onChange: () => void;
  /** What the value could be called as a secret. */
  readonly suggest: () => string;
  /** Says why it could not be stored. */
  readonly onFailure: (sentence: string) => void;
}

/** A text field whose value can be put among the secrets, with a reference in its place. */
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

  /** Whether it holds something that is written as it stands. */
  get isPlain(): boolean {
    return this.value !== '' && referencesIn(this.value).length === 0;
  }

  /** What to say about a value that ought to be a secret, and is none yet. */
  get warning(): string {
    return this.isPlain ? formText('plainSecret') : '';
  }

  /** What the field is called, for those who cannot see where the button is. */
  name(label: string): void {
    this.button.setAttribute('aria-label', formText('storeSecretFor', label));
  }

  async #store(): Promise<void> {
    // `Bearer abc`: the scheme is no secret, and shows what the secret is for.
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
