/** The height of a row in pixels, from the fonts that VS Code sets: 22 at their default sizes. */
export function rowHeight(): number {
  const styles = getComputedStyle(document.documentElement);
  const sizes = ['--vscode-font-size', '--vscode-editor-font-size'].map(name =>
    Number.parseFloat(styles.getPropertyValue(name)),
  );
  const largest = Math.max(13, ...sizes.filter(size => size > 0));
  return Math.max(22, Math.round(largest * 1.6));
}

/** Calls back when VS Code sets other fonts or another theme, which it does on `html` and `body`. */
export function watchTheme(onChange: () => void): void {
  const observer = new MutationObserver(onChange);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
  observer.observe(document.body, { attributes: true, attributeFilter: ['class'] });
}
