import { urlsMeantBy } from '../../core/endpoint/endpointTemplate.ts';
import { el } from '../widgets/dom.ts';
import { formText } from './formText.ts';

/** A button that offers the URL that is meant by an address without `ws://` in a field. */
export function meantUrlButton(input: HTMLInputElement): HTMLButtonElement {
  const button = el('button', { type: 'button', class: 'secondary form-meant' });
  const look = () => {
    const [meant] = urlsMeantBy(input.value);
    button.hidden = !meant;
    button.textContent = meant ? formText('useUrl', meant.display) : '';
  };
  input.addEventListener('input', look);
  button.addEventListener('click', () => {
    const [meant] = urlsMeantBy(input.value);
    if (meant) {
      input.value = meant.url;
      input.dispatchEvent(new Event('input', { bubbles: true }));
      input.focus();
    }
  });
  look();
  return button;
}
