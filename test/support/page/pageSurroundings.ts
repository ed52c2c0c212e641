// Runs in a page before all else: what VS Code gives a webview, and a list of what breaks the page's
// policy.

export interface Theme {
  readonly bodyClass: string;
  readonly variables: Readonly<Record<string, string>>;
}

declare global {
  interface Window {
    /** Violations of the page's content security policy, as they happen. */
    violations: string[];
    theme?: Theme;
    /** Hands a message to the host, where the page has one. */
    toHost?: (message: unknown) => Promise<void>;
    acquireVsCodeApi(): unknown;
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
const { toHost } = window;
if (toHost) {
  // The editor keeps the state of a page over a reload, as the session does.
  const saved = sessionStorage.getItem('state');
  window.acquireVsCodeApi = () => ({
    postMessage: (message: unknown) => void toHost(message),
    getState: (): unknown => (saved === null ? undefined : JSON.parse(saved)),
    setState: (state: unknown) => sessionStorage.setItem('state', JSON.stringify(state)),
  });
}
