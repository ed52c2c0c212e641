/**
 * The options of curl up to 8.17, grouped by their meaning for an opening handshake. The table is
 * complete, so that the value of an option is never mistaken for the URL.
 */

/** Options with a value that `CurlCommand` reads. */
const readValues =
  'cacert cert connect-timeout cookie data data-ascii data-binary data-raw data-urlencode ' +
  'header key oauth2-bearer proto-default proxy proxy1.0 preproxy referer request resolve ' +
  'socks4 socks4a socks5 socks5-hostname url url-query user user-agent';

/** Options with a value that affect only curl itself, such as its output and retries. */
const irrelevantValues =
  'cookie-jar create-file-mode dump-header etag-save expect100-timeout happy-eyeballs-timeout-ms ' +
  'hsts keepalive-cnt keepalive-time libcurl limit-rate max-filesize max-redirs max-time output ' +
  'output-dir parallel-max parallel-max-host rate retry retry-delay retry-max-time speed-limit ' +
  'speed-time ssl-sessions stderr trace trace-ascii trace-config write-out alt-svc egd-file ' +
  'random-file';

/** Options with a value that would change the request, but have no equivalent setting. */
const unsupportedValues =
  'abstract-unix-socket aws-sigv4 capath cert-type ciphers config connect-to continue-at crlfile ' +
  'curves delegation dns-interface dns-ipv4-addr dns-ipv6-addr dns-servers doh-url ech engine ' +
  'etag-compare form form-string ftp-account ftp-alternative-to-user ftp-method ftp-port ' +
  'ftp-ssl-ccc-mode haproxy-clientip hostpubmd5 hostpubsha256 interface ip-tos ipfs-gateway json ' +
  'key-type knownhosts krb krb4 local-port login-options mail-auth mail-from mail-rcpt netrc-file noproxy ' +
  'pass pinnedpubkey proto proto-redir proxy-cacert proxy-capath proxy-cert proxy-cert-type ' +
  'proxy-ciphers proxy-crlfile proxy-header proxy-key proxy-key-type proxy-pass ' +
  'proxy-pinnedpubkey proxy-service-name proxy-tls13-ciphers proxy-tlsauthtype proxy-tlspassword ' +
  'proxy-tlsuser proxy-user pubkey quote range request-target sasl-authzid service-name sigalgs ' +
  'socks5-gssapi-service telnet-option tftp-blksize time-cond tls-max tls13-ciphers tlsauthtype ' +
  'tlspassword tlsuser unix-socket upload-file upload-flags variable vlan-priority';

/** Options without a value that `CurlCommand` reads. */
const readFlags = 'get insecure location location-trusted next';

/** Options without a value that have no effect on the handshake. */
const irrelevantFlags =
  'alpn append basic buffer ca-native clobber compressed compressed-ssh create-dirs crlf disable ' +
  'disable-eprt disable-epsv disallow-username-in-url doh-cert-status doh-insecure dump-ca-embed ' +
  'eprt epsv fail fail-early fail-with-body false-start form-escape ftp-create-dirs ftp-pasv ftp-pret ' +
  'ftp-skip-pasv-ip ftp-ssl ftp-ssl-ccc ftp-ssl-control ftp-ssl-reqd globoff head help http0.9 http1.0 ' +
  'http1.1 http2 http2-prior-knowledge http3 http3-only ignore-content-length include ' +
  'junk-session-cookies keepalive list-only mail-rcpt-allowfails manual metalink mptcp npn no-alpn ' +
  'no-buffer no-clobber no-keepalive no-npn no-progress-meter no-sessionid out-null parallel ' +
  'parallel-immediate path-as-is post301 post302 post303 progress-bar progress-meter proxy-basic ' +
  'proxy-http2 proxytunnel raw remote-header-name remote-name remote-name-all remote-time ' +
  'remove-on-error retry-all-errors retry-connrefused sasl-ir sessionid show-error show-headers ' +
  'silent skip-existing socks5-basic ssl ssl-reqd styled-output suppress-connect-headers ' +
  'tcp-fastopen tcp-nodelay tftp-no-options tls-earlydata tr-encoding trace-ids trace-time use-ascii ' +
  'verbose version xattr follow ssl-allow-beast ssl-no-revoke ssl-revoke-best-effort';

/** Options without a value that have no equivalent setting. */
const unsupportedFlags =
  'anyauth cert-status digest haproxy-protocol ipv4 ipv6 negotiate netrc netrc-optional ntlm ntlm-wb ' +
  'proxy-anyauth proxy-ca-native proxy-digest proxy-insecure proxy-negotiate proxy-ntlm ' +
  'proxy-ssl-allow-beast proxy-ssl-auto-client-cert proxy-tlsv1 socks5-gssapi socks5-gssapi-nec ' +
  'ssl-auto-client-cert sslv2 sslv3 tlsv1 tlsv1.0 tlsv1.1 tlsv1.2 tlsv1.3';

/** The long names of the letters. */
const letters: Readonly<Record<string, string>> = {
  '0': 'http1.0',
  '1': 'tlsv1',
  '2': 'sslv2',
  '3': 'sslv3',
  '4': 'ipv4',
  '6': 'ipv6',
  'a': 'append',
  'A': 'user-agent',
  'b': 'cookie',
  'B': 'use-ascii',
  'c': 'cookie-jar',
  'C': 'continue-at',
  'd': 'data',
  'D': 'dump-header',
  'e': 'referer',
  'E': 'cert',
  'f': 'fail',
  'F': 'form',
  'g': 'globoff',
  'G': 'get',
  'h': 'help',
  'H': 'header',
  'i': 'include',
  'I': 'head',
  'j': 'junk-session-cookies',
  'J': 'remote-header-name',
  'k': 'insecure',
  'K': 'config',
  'l': 'list-only',
  'L': 'location',
  'm': 'max-time',
  'M': 'manual',
  'n': 'netrc',
  'N': 'no-buffer',
  'o': 'output',
  'O': 'remote-name',
  'p': 'proxytunnel',
  'P': 'ftp-port',
  'q': 'disable',
  'Q': 'quote',
  'r': 'range',
  'R': 'remote-time',
  's': 'silent',
  'S': 'show-error',
  't': 'telnet-option',
  'T': 'upload-file',
  'u': 'user',
  'U': 'proxy-user',
  'v': 'verbose',
  'V': 'version',
  'w': 'write-out',
  'x': 'proxy',
  'X': 'request',
  'y': 'speed-time',
  'Y': 'speed-limit',
  'z': 'time-cond',
  'Z': 'parallel',
  '#': 'progress-bar',
  ':': 'next',
};

export interface CurlOption {
  /** Its long name, without hyphens. */
  readonly name: string;
  readonly takesValue: boolean;
  /** Whether the option is read, ignored, or listed as left out. */
  readonly use: 'read' | 'irrelevant' | 'unsupported';
}

const options = new Map<string, CurlOption>(
  (
    [
      [readValues, true, 'read'],
      [irrelevantValues, true, 'irrelevant'],
      [unsupportedValues, true, 'unsupported'],
      [readFlags, false, 'read'],
      [irrelevantFlags, false, 'irrelevant'],
      [unsupportedFlags, false, 'unsupported'],
    ] as const
  ).flatMap(([names, takesValue, use]) =>
    names.split(' ').map(name => [name, { name, takesValue, use }] as const),
  ),
);
const names = [...options.keys()];

/** The option of one letter. */
export function shortOption(letter: string): CurlOption | undefined {
  return options.get(Object.hasOwn(letters, letter) ? (letters[letter] ?? '') : '');
}

/**
 * The option of a long name, without hyphens. As in older versions of curl, the name may be shortened
 * if it stays unique.
 */
export function longOption(name: string): CurlOption | undefined {
  const exact = options.get(name);
  if (exact || name === '') {
    return exact;
  }
  const [only, ...others] = names.filter(each => each.startsWith(name));
  return others.length === 0 ? options.get(only ?? '') : undefined;
}

/** Why an option without an equivalent setting is left out, and what to do instead, as a clause. */
const reasons: Readonly<Record<string, string>> = {
  'abstract-unix-socket': 'connections use TCP',
  'unix-socket': 'connections use TCP, so the server needs a port',
  'connect-to': 'use the host to connect to in the URL, and set the other one as the header Host',
  'config': 'the options in that file are not read',
  'json': 'a WebSocket handshake has no body',
  'form': 'a WebSocket handshake has no body',
  'form-string': 'a WebSocket handshake has no body',
  'upload-file': 'a WebSocket handshake has no body',
  'pass': 'store it as a secret, and refer to it in tls.passphrase',
  'capath': 'set one file as tls.ca',
  'cert-type': 'tls.cert must be a PEM or PKCS #12 file',
  'key-type': 'tls.key must be a PEM file',
  'netrc': 'enter the login at Authentication',
  'netrc-file': 'enter the login at Authentication',
  'netrc-optional': 'enter the login at Authentication',
  'digest': 'of logins with a name and a password only Basic is known here',
  'ntlm': 'of logins with a name and a password only Basic is known here',
  'ntlm-wb': 'of logins with a name and a password only Basic is known here',
  'negotiate': 'of logins with a name and a password only Basic is known here',
  'anyauth': 'of logins with a name and a password only Basic is known here',
  'proxy-user': 'add it to the URL of the proxy, with the password as a secret',
  'noproxy': 'the proxy of the connection is used for all hosts',
  'range': 'add it as the header Range',
  'etag-compare': 'add it as the header If-None-Match',
  'variable': 'variables of curl are not filled in',
};

/** Why an option is left out, as a clause. */
export function curlReason(option: string): string {
  return Object.hasOwn(reasons, option)
    ? (reasons[option] ?? '')
    : 'a connection has no such setting';
}
