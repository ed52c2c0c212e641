/** What servers of other protocols say first, or in answer to a request that they do not understand. */
const greetings: readonly (readonly [RegExp, string])[] = [
  [/^SSH-\d/, 'SSH'],
  [/^(220|421|500|502|554)[ -][^\n]*(SMTP|\bmail\b|Postfix|Exim|Sendmail)/i, 'SMTP'],
  [/^(220|421|500|502|530)[ -][^\n]*FTP/i, 'FTP'],
  [/^(200|201|400|502)[ -][^\n]*\b(NNTP|INN|news)\b/i, 'NNTP'],
  [/^[1-5]\d\d[ -]/, 'SMTP or FTP'],
  [/^\+OK\b|^-ERR\s*\r?\n|^-ERR[^\n]*\bPOP/i, 'POP3'],
  [/^\* (OK|PREAUTH|BYE|BAD)\b/, 'IMAP'],
  [/^(INFO \{|-ERR ')/, 'NATS'],
  [/^-(ERR|NOAUTH|DENIED|WRONGPASS|LOADING|BUSY|NOPERM)\b/, 'Redis'],
  [/^(ERROR|CLIENT_ERROR|SERVER_ERROR)\b[^\n]*\r\n/, 'memcached'],
  [/^RFB \d{3}\.\d{3}/, 'VNC'],
  [/^RTSP\/\d/, 'RTSP'],
  [/^SIP\/\d/, 'SIP'],
  [/^ICY /, 'SHOUTcast'],
  [/^:\S+ (NOTICE|\d{3}) |^NOTICE AUTH |^ERROR :/, 'IRC'],
  [/^AMQP[\0-\x09]/, 'AMQP'],
  [/^ \x02[\0\x01][\0-\x05]$/, 'MQTT'],
  [/^[^]{3}\0(\x0a[\d.]+|\xff[^]{2})/, 'MySQL'],
  [/^(E\0\0[^]{2}S|EFATAL)/, 'PostgreSQL'],
  [/^\xff[\xfb-\xfe]/, 'Telnet'],
  [/^\x03\0\0[^]/, 'Remote Desktop'],
  [/^[\x81\x82][\0-\x7f]/, 'WebSocket frames without a handshake'],
  [/^\s*<(!doctype|html|head|body|\?xml)/i, 'HTTP/0.9 (a page without a head)'],
];

/** The header of a TLS record: its type and the upper half of a version (RFC 8446, section 5.1). */
const tlsRecord = /^[\x14-\x17](\x03|$)/;
/** The SETTINGS or GOAWAY frame that an HTTP/2 server begins with (RFC 9113, section 3.4). */
const http2Frame = /^\0[^]{2}(\x04|\x07)[\0\x01]\0{4}/;

/** What a peer speaks that does not speak HTTP/1.1, as far as its first bytes tell. */
type ForeignProtocol =
  | { readonly kind: 'tls' }
  | { readonly kind: 'http2' }
  | { readonly kind: 'other'; readonly name: string }
  | { readonly kind: 'unknown' };

/** @param begin the first bytes that came, one character a byte */
export function foreignProtocol(begin: string): ForeignProtocol {
  if (tlsRecord.test(begin)) {
    return { kind: 'tls' };
  }
  if (http2Frame.test(begin)) {
    return { kind: 'http2' };
  }
  const [, name] = greetings.find(([pattern]) => pattern.test(begin)) ?? [];
  return name === undefined ? { kind: 'unknown' } : { kind: 'other', name };
}
