import type { Locator, Page } from 'playwright-core';
import { letTimePass } from '../letTimePass.ts';

/**
 * What the editor makes of texts that are more than text. An icon counts where it stands within a
 * text; those that we give a row or an item stand apart from it.
 */
const drawn = [
  'a[href]',
  'a[data-href]',
  '[data-command]',
  'img',
  'svg',
  'input',
  'iframe',
  'script',
  'h1',
  'h2',
  'ul',
  'ol',
  'table',
  'em',
  'del',
  'code',
  'blockquote',
  '.codicon',
  '.detected-link',
  '.detected-link-active',
].join(', ');

/** The elements within `texts` that are more than text. */
export function strangeElements(texts: Locator, allowed = ''): Promise<readonly string[]> {
  return texts.evaluateAll(
    (elements, [selector, but]) =>
      elements
        .flatMap(element => [...element.querySelectorAll(selector)])
        .filter(found => but === '' || !found.matches(but))
        .map(
          found => `${found.nodeName} ${found.getAttribute('class') ?? ''}: ${found.textContent}`,
        ),
    [drawn, allowed] as const,
  );
}

export interface LookedThrough {
  readonly texts: ReadonlySet<string>;
  readonly strange: readonly string[];
}

/**
 * Goes down a list of the workbench, which draws only the rows on screen.
 *
 * @param texts of the rows that are drawn
 * @param goOn shows further rows; by keyboard unless it says how
 */
export async function lookThrough(
  page: Page,
  texts: Locator,
  goOn: () => Promise<void> = () => page.keyboard.press('PageDown'),
): Promise<LookedThrough> {
  const seen = new Set<string>();
  const strange: string[] = [];
  for (let unchanged = 0; unchanged < 3;) {
    const before = seen.size;
    for (const text of await texts.allInnerTexts()) {
      seen.add(text);
    }
    strange.push(...(await strangeElements(texts)));
    unchanged = seen.size === before ? unchanged + 1 : 0;
    await goOn();
    await letTimePass(100, 'at the end of the list no further rows are drawn');
  }
  return { texts: seen, strange };
}
