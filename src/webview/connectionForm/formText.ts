import { formStrings, type FormString } from '../../shared/formStrings.ts';

let texts: Readonly<Record<string, string>> = formStrings;

/** Takes over the texts that came with the page; English stands in for what is missing. */
export function readFormStrings(source: Element | null): void {
  const translated = JSON.parse(source?.textContent ?? '{}') as Readonly<Record<string, string>>;
  texts = { ...formStrings, ...translated };
}

/** The text of `name`, with `{0}` replaced. */
export function formText(name: FormString, value = ''): string {
  return (texts[name] ?? '').replaceAll('{0}', () => value);
}

/** What a field is called; one that has no words yet by its key. */
export function fieldLabel(key: string): string {
  return texts[`field.${key}`] ?? key;
}
