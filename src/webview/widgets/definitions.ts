import { html, type TemplateResult } from 'lit/html.js';
import { visibleLine } from '../../core/text/visibleText.ts';

/** A name and its value. Strings may come from a peer. */
export type Definition = readonly [name: string, value: string | TemplateResult];

/** A table of names and values, without those that have no value. */
export function definitions(facts: readonly Definition[]): TemplateResult {
  return definitionList(facts.filter(([, value]) => value !== ''));
}

/** A table of names and values, also of those that have no value. */
export function definitionList(facts: readonly Definition[], className = ''): TemplateResult {
  return html`<dl class="facts ${className}">
    ${facts.map(
      ([name, value]) =>
        html`<dt>${visibleLine(name)}</dt>
          <dd>${typeof value === 'string' ? visibleLine(value) : value}</dd>`,
    )}
  </dl>`;
}
