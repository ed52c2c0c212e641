/** Why an option is left out that a connection has no setting for, and what to do, as a clause. */
const reasons: Readonly<Record<string, string>> = {
  'abstract-unix-socket': 'a connection here goes by TCP',
  'unix-socket': 'a connection here goes by TCP, so give the server a port',
  'connect-to':
    'write the host that is to be dialled into the URL, and the other one as the header Host',
  'config': 'the options in that file are not read',
  'json': 'a WebSocket handshake has no body',
  'form': 'a WebSocket handshake has no body',
  'form-string': 'a WebSocket handshake has no body',
  'upload-file': 'a WebSocket handshake has no body',
  'pass': 'store it as a secret, and refer to it in tls.passphrase',
  'capath': 'name one file in tls.ca',
  'cert-type': 'tls.cert takes PEM and PKCS #12 files',
  'key-type': 'tls.key takes PEM files',
  'netrc': 'enter the login at Authentication',
  'netrc-file': 'enter the login at Authentication',
  'netrc-optional': 'enter the login at Authentication',
  'digest': 'of logins with a name and a password only Basic is known here',
  'ntlm': 'of logins with a name and a password only Basic is known here',
  'ntlm-wb': 'of logins with a name and a password only Basic is known here',
  'negotiate': 'of logins with a name and a password only Basic is known here',
  'anyauth': 'of logins with a name and a password only Basic is known here',
  'proxy-user': 'add it to the URL of the proxy, the password as a secret',
  'noproxy': 'a proxy of the connection is used for its host',
  'range': 'add it as the header Range',
  'etag-compare': 'add it as the header If-None-Match',
  'variable': 'variables of curl are not filled in',
};

export function curlReason(option: string): string {
  return Object.hasOwn(reasons, option)
    ? (reasons[option] ?? '')
    : 'a connection has no such setting';
}
