/** Names for the machine behind a remote window, by what the editor calls the kind of the window. */
const machines: Readonly<Record<string, string>> = {
  'ssh-remote': 'the remote machine (SSH)',
  'wsl': 'the Linux of WSL',
  'dev-container': 'the container',
  'attached-container': 'the container',
  'k8s-container': 'the container',
  'codespaces': 'the codespace',
  'tunnel': 'the remote machine (tunnel)',
};

/** The machine that a host such as `localhost` means in a remote window. */
export function remoteMachine(remoteName: string): string {
  return Object.hasOwn(machines, remoteName) ? (machines[remoteName] ?? '') : 'the remote machine';
}
