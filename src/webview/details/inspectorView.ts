import { html, type TemplateResult } from 'lit/html.js';
import type { Formats } from '../../core/base/format.ts';
import { inspectBytes, type Inspection } from '../../core/text/inspectBytes.ts';
import { visibleLine } from '../../core/text/visibleText.ts';
import { definitions } from '../widgets/definitions.ts';
import { text } from '../widgets/strings.ts';

/** What the bytes at the caret may mean: numbers in both byte orders, a character, a time. */
export function inspectorView(bytes: Uint8Array, formats: Formats): TemplateResult {
  const { numbers, bits, character, times } = inspectBytes(bytes);
  return html`<table class="inspected">
      <thead>
        <tr>
          <th scope="col">${text('inspectType')}</th>
          <th scope="col">${text('littleEndian')}</th>
          <th scope="col">${text('bigEndian')}</th>
        </tr>
      </thead>
      <tbody>
        ${numbers.map(
          ({ name, little = '–', big }) =>
            html`<tr>
              <th scope="row">${name}</th>
              <td>${little}</td>
              <td>${big ?? (little === '–' ? '–' : '')}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${definitions([
      [text('inspectBits'), bits],
      [text('inspectCharacter'), characterText(character)],
      ...times.map(({ name, at }) => [name, formats.moment(at)] as const),
    ])}`;
}

function characterText(character: Inspection['character']): string {
  if (character === undefined) {
    return text('notUtf8');
  }
  const code = character.codePointAt(0) ?? 0;
  return `${visibleLine(character)} U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}
