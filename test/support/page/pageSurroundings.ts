// Runs in a page before all else: the theme that VS Code gives a webview, and a list of what breaks
// the page's policy.

export interface Theme {
  readonly bodyClass: string;
  readonly variables: Readonly<Record<string, string>>;
}

declare global {
  interface Window {
    /** Violations of the page's content security policy, as they happen. */
    violations: string[];
    theme?: Theme;
  }
}

window.violations = [];
document.addEventListener('securitypolicyviolation', event => {
  window.violations.push(`${event.violatedDirective}: ${event.sample || event.blockedURI}`);
});
for (const [name, value] of Object.entries(window.theme?.variables ?? {})) {
  document.documentElement.style.setProperty(name, value);
}
document.body.className = window.theme?.bodyClass ?? '';
