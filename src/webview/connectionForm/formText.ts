import type { FormString } from '../../shared/formStrings.ts';

let texts: Readonly<Record<string, string>> = {};

/** Reads the texts that the host sent with the page. */
export function readFormStrings(source: Element | null): void {
  texts = JSON.parse(source?.textContent ?? '{}') as Readonly<Record<string, string>>;
}

/** The text of `name`, with `{0}` replaced. */
export function formText(name: FormString, value = ''): string {
  return (texts[name] ?? name).replaceAll('{0}', () => value);
}

/** The label of a field; its key if it has none. */
export function fieldLabel(key: string): string {
  return texts[`field.${key}`] ?? key;
}

/** The label of a choice of a field; the value itself if it has none. */
export function choiceLabel(key: string, value: string): string {
  return texts[`choice.${key}.${value}`] ?? value;
}
