import type { FormString } from '../../shared/formStrings.ts';

let texts: Readonly<Record<string, string>> = {};

/** Takes over the texts that came with the page, which are all that there are. */
export function readFormStrings(source: Element | null): void {
  texts = JSON.parse(source?.textContent ?? '{}') as Readonly<Record<string, string>>;
}

/** The text of `name`, with `{0}` replaced. */
export function formText(name: FormString, value = ''): string {
  return (texts[name] ?? name).replaceAll('{0}', () => value);
}

/** What a field is called; one that has no words yet by its key. */
export function fieldLabel(key: string): string {
  return texts[`field.${key}`] ?? key;
}
