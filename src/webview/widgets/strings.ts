import type { PageString, PageStrings } from '../../shared/monitorStrings.ts';

/** All of them come with the page from the host. The bundle has no second copy. */
let texts: Partial<PageStrings> = {};

/** Takes over the texts that came with the page. */
export function readStrings(source: Pick<Element, 'textContent'> | null): void {
  texts = JSON.parse(source?.textContent ?? '{}') as Partial<PageStrings>;
}

/** The text of `name`, with `{0}`, `{1}`… replaced; an unknown text is shown as its name. */
export function text(name: PageString, ...values: readonly string[]): string {
  return (texts[name] ?? name).replace(
    /\{(\d)\}/g,
    (place, index: string) => values[Number(index)] ?? place,
  );
}
