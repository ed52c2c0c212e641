import type { Page } from 'playwright-core';

/** What the workbench has written down of its editors and their pages, without backslashes. */
export async function keptEditors(page: Page): Promise<string> {
  const kept = await page.evaluate(readMemento, 'memento/workbench.parts.editor');
  return kept.replaceAll('\\', '');
}

/** What the workbench in the browser keeps under a key for its folder; runs in the page. */
async function readMemento(key: string): Promise<string> {
  const settled = <T>(request: IDBRequest<T>) =>
    new Promise<T>((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error ?? new Error('no database'));
    });
  const found: string[] = [];
  for (const { name = '' } of await indexedDB.databases()) {
    if (name.startsWith('vscode-web-state-db-')) {
      const database = await settled(indexedDB.open(name));
      const items = database.transaction('ItemTable').objectStore('ItemTable');
      found.push(String(await settled<unknown>(items.get(key))));
      database.close();
    }
  }
  return found.join();
}
