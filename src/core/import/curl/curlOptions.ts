/**
 * curl's options (those of its manual up to 8.17), sorted by what an opening handshake makes of them.
 * The table is complete, so that the value of an option is never taken for the URL.
 */

/** With a value, and read: see `CurlCommand`. */
const readValues =
  'cacert cert connect-timeout cookie data data-ascii data-binary data-raw data-urlencode ' +
  'header key oauth2-bearer proto-default proxy proxy1.0 preproxy referer request resolve ' +
  'socks4 socks4a socks5 socks5-hostname url url-query user user-agent';

/** With a value that says how curl runs, writes or repeats: nothing of it reaches a server. */
const ownValues =
  'cookie-jar create-file-mode dump-header etag-save expect100-timeout happy-eyeballs-timeout-ms ' +
  'hsts keepalive-cnt keepalive-time libcurl limit-rate max-filesize max-redirs max-time output ' +
  'output-dir parallel-max parallel-max-host rate retry retry-delay retry-max-time speed-limit ' +
  'speed-time ssl-sessions stderr trace trace-ascii trace-config write-out alt-svc egd-file ' +
  'random-file';

/** With a value that changes what is sent, to whom or how, and that a connection here has no place for. */
const toldValues =
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

/** Without a value, and read. */
const readFlags = 'get insecure location location-trusted next';

/** Without a value, and of no effect on the handshake. */
const ownFlags =
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

/** Without a value; a connection here has no place for it. */
const toldFlags =
  'anyauth cert-status digest haproxy-protocol ipv4 ipv6 negotiate netrc netrc-optional ntlm ntlm-wb ' +
  'proxy-anyauth proxy-ca-native proxy-digest proxy-insecure proxy-negotiate proxy-ntlm ' +
  'proxy-ssl-allow-beast proxy-ssl-auto-client-cert proxy-tlsv1 socks5-gssapi socks5-gssapi-nec ' +
  'ssl-auto-client-cert sslv2 sslv3 tlsv1 tlsv1.0 tlsv1.1 tlsv1.2 tlsv1.3';

/** What each letter stands for. */
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
  /** What becomes of it: it is read, it concerns curl only, or it is told of as left out. */
  readonly use: 'read' | 'own' | 'told';
}

const options = new Map<string, CurlOption>(
  (
    [
      [readValues, true, 'read'],
      [ownValues, true, 'own'],
      [toldValues, true, 'told'],
      [readFlags, false, 'read'],
      [ownFlags, false, 'own'],
      [toldFlags, false, 'told'],
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
 * The option of a long name, without hyphens; older versions of curl take a beginning that only one
 * option has.
 */
export function longOption(name: string): CurlOption | undefined {
  const exact = options.get(name);
  if (exact || name === '') {
    return exact;
  }
  const [only, ...others] = names.filter(each => each.startsWith(name));
  return others.length === 0 ? options.get(only ?? '') : undefined;
}

/** Why an option is left out for which a connection has no setting, and what to do instead, as a clause. */
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

/** Why an option is left out, as a clause. */
export function curlReason(option: string): string {
  return Object.hasOwn(reasons, option)
    ? (reasons[option] ?? '')
    : 'a connection has no such setting';
}
