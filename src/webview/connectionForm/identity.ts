import { messageOf } from '../../core/base/errors.ts';
import { parseEndpointTemplate } from '../../core/endpoint/endpointTemplate.ts';
import { referencesIn } from '../../core/variables/template.ts';
import type { SettingsScope } from '../../core/settings/settingLayers.ts';
import type { FormState } from '../../shared/formProtocol.ts';
import { el } from '../widgets/dom.ts';
import { FieldFrame, freshId, textInput } from './control.ts';
import { formText } from './formText.ts';

/** The name and the URL of a connection, and the settings that it is saved in. */
export class Identity {
  readonly elements: readonly HTMLElement[];
  readonly name: HTMLInputElement;
  readonly url: HTMLInputElement;
  scope: SettingsScope;
  readonly #nameFrame: FieldFrame;
  readonly #urlFrame: FieldFrame;
  readonly #isTouched: { name: boolean; url: boolean };

  constructor({ draft, scope, scopes, isNew }: FormState, onChange: () => void) {
    this.scope = scope;
    this.name = textInput(draft.name);
    this.url = textInput(draft.url, 'code');
    this.url.placeholder = formText('urlExample');
    this.#nameFrame = new FieldFrame(formText('name'), this.name);
    this.#urlFrame = new FieldFrame(formText('url'), this.url);
    for (const input of [this.name, this.url]) {
      input.setAttribute('aria-required', 'true');
    }
    // Missing values of a new connection are not errors yet.
    this.#isTouched = { name: !isNew || draft.name !== '', url: !isNew || draft.url !== '' };
    this.name.addEventListener('input', () => {
      this.#isTouched.name = true;
      onChange();
    });
    this.url.addEventListener('input', () => {
      this.#isTouched.url = true;
      this.#checkUrl();
      onChange();
    });
    this.elements = [
      this.#nameFrame.element,
      this.#urlFrame.element,
      this.#scopes(scopes, onChange),
    ];
  }

  /** Shows missing values as errors from now on. */
  showMissing(): void {
    this.#isTouched.name = true;
    this.#isTouched.url = true;
  }

  show(problems: Readonly<Record<string, string>>): void {
    this.#nameFrame.showProblem(this.#isTouched.name ? problems['name'] : undefined);
    this.#urlFrame.showProblem(this.#isTouched.url ? problems['url'] : undefined);
  }

  /** Checks it without the host, which is needed only for URLs with variables. */
  #checkUrl(): void {
    if (referencesIn(this.url.value).length > 0) {
      return;
    }
    try {
      parseEndpointTemplate(this.url.value);
      this.#urlFrame.showProblem(undefined);
    } catch (error) {
      this.#urlFrame.showProblem(messageOf(error));
    }
  }

  #scopes(scopes: FormState['scopes'], onChange: () => void): HTMLElement {
    const words = { user: formText('scopeUser'), workspace: formText('scopeWorkspace') };
    const group = el('fieldset', { class: 'form-scopes' }, el('legend', {}, formText('saveIn')));
    for (const { scope, note } of scopes) {
      const id = freshId();
      const radio = el('input', { type: 'radio', name: 'scope', id, value: scope });
      radio.checked = scope === this.scope;
      radio.addEventListener('change', () => {
        this.scope = scope;
        onChange();
      });
      const label = el('label', { for: id }, words[scope]);
      group.append(el('div', { class: 'form-scope' }, radio, label));
      if (note !== '') {
        const hint = el('p', { class: 'form-hint', id: freshId() }, note);
        radio.setAttribute('aria-describedby', hint.id);
        group.append(hint);
      }
    }
    return group;
  }
}
