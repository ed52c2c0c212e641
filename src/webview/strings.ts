import { pageStrings, type PageString, type PageStrings } from '../shared/pageStrings.ts';

let texts: PageStrings = pageStrings;

/** Takes over the texts that came with the page; English stands in for what is missing. */
export function readStrings(source: Element | null): void {
  const translated = JSON.parse(source?.textContent ?? '{}') as Partial<PageStrings>;
  texts = { ...pageStrings, ...translated };
}

/** The text of `name`, with `{0}`, `{1}`… replaced. */
export function text(name: PageString, ...values: readonly string[]): string {
  return texts[name].replace(/\{(\d)\}/g, (place, index: string) => values[Number(index)] ?? place);
}
