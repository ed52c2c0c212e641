import { messageOf } from '../../core/base/errors.ts';
import { parseEndpointTemplate } from '../../core/endpoint/endpointTemplate.ts';
import { referencesIn } from '../../core/variables/template.ts';
import type { ConnectionDraftCheck } from '../../core/settings/draft/connectionDraft.ts';
import type { SettingsScope } from '../../core/settings/settingLayers.ts';
import type { FormState } from '../../shared/formProtocol.ts';
import { el, setAttribute } from '../widgets/dom.ts';
import { FieldFrame, freshId, textInput } from './control.ts';
import { formText } from './formText.ts';
import { meantUrlButton } from './meantUrl.ts';

/** The name and the URL of a connection, and the settings that it is saved in. */
export class Identity {
  readonly elements: readonly HTMLElement[];
  readonly name: HTMLInputElement;
  readonly url: HTMLInputElement;
  scope: SettingsScope;
  readonly #nameFrame: FieldFrame;
  readonly #urlFrame: FieldFrame;
  #isUrlTouched: boolean;
  #suggestedName = '';

  constructor({ draft, scope, scopes, isNew }: FormState, onChange: () => void) {
    this.scope = scope;
    this.name = textInput(draft.name);
    this.url = textInput(draft.url, 'code');
    this.url.placeholder = formText('urlExample');
    this.#nameFrame = new FieldFrame(formText('name'), this.name);
    this.#urlFrame = new FieldFrame(formText('url'), this.url);
    this.#urlFrame.element.append(meantUrlButton(this.url));
    this.url.setAttribute('aria-required', 'true');
    // The missing URL of a new connection is not an error yet.
    this.#isUrlTouched = !isNew || draft.url !== '';
    this.name.addEventListener('input', onChange);
    this.url.addEventListener('input', () => {
      this.#isUrlTouched = true;
      this.#checkUrl();
      onChange();
    });
    this.#nameFrame.showHint(formText('nameHint'));
    this.elements = [
      this.#urlFrame.element,
      this.#nameFrame.element,
      this.#scopes(scopes, onChange),
    ];
  }

  /** The name that the connection has or gets; empty if there is no usable URL either. */
  get effectiveName(): string {
    return this.name.value.trim() || this.#suggestedName;
  }

  /** Shows a missing URL as an error from now on. */
  showMissing(): void {
    this.#isUrlTouched = true;
  }

  show({ problems, suggestedName }: ConnectionDraftCheck): void {
    this.#suggestedName = suggestedName;
    this.name.placeholder = suggestedName;
    this.#nameFrame.showProblem(problems['name']);
    this.#urlFrame.showProblem(this.#isUrlTouched ? problems['url'] : undefined);
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
    for (const { scope, file, note } of scopes) {
      const id = freshId();
      const radio = el('input', { type: 'radio', name: 'scope', id, value: scope });
      radio.checked = scope === this.scope;
      radio.addEventListener('change', () => {
        this.scope = scope;
        onChange();
      });
      const label = el('label', { for: id }, words[scope]);
      group.append(el('div', { class: 'form-scope' }, radio, label));
      const hints = [file, note]
        .filter(text => text !== '')
        .map(text => el('p', { class: 'form-hint', id: freshId() }, text));
      setAttribute(radio, 'aria-describedby', hints.map(({ id }) => id).join(' ') || undefined);
      group.append(...hints);
    }
    return group;
  }
}
