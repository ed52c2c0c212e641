import { env, UIKind, Uri } from 'vscode';

/**
 * Where the user's browser finds a URL of this machine: through a port that the editor forwards in a
 * remote window. `undefined` if that is the URL itself.
 */
export async function externalUrl(url: string): Promise<string | undefined> {
  if (env.remoteName === undefined && env.uiKind !== UIKind.Web) {
    return undefined;
  }
  const external = (await env.asExternalUri(Uri.parse(url))).toString(true).replace(/\/$/, '');
  return external === url ? undefined : external;
}
