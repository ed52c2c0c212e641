/**
 * Every text of the page, in English. The host translates the values and sends them along with the
 * page; `{0}` and `{1}` are filled in there.
 */
export const pageStrings = {
  title: 'WebSocket Monitor',

  // Connections and their states
  connection: 'Connection',
  connectionTools: 'Connection tools',
  newConnection: 'New Connection…',
  connect: 'Connect',
  disconnect: 'Disconnect',
  stopRetrying: 'Stop Retrying',
  reconnectNow: 'Reconnect Now',
  retryNow: 'Retry Now',
  retryIn: 'in {0}',
  retryDue: 'now',
  openFor: 'for {0}',
  stateSpoken: '{0}: {1}',

  // The view
  clear: 'Clear',
  clearHint: 'Clear: drop all messages of this connection',
  pause: 'Pause',
  pauseHint: 'Pause: stay at these messages while new ones come in',
  follow: 'Follow',
  followHint: 'Follow: go to the newest message and stay there',
  showOutput: 'Show Output',
  showOutputHint: 'Show the messages as text in the output panel',

  // Figures
  perSecond: '{0}/s',
  rateHint: 'Messages received per second',
  received: 'Received',
  receivedHint: 'Messages received: {0}',
  sent: 'Sent',
  sentHint: 'Messages sent: {0}',
  latency: 'Latency',
  latencyHint: 'Latency: from ping to pong, smoothed',
  inMemory: 'in memory',
  storedInFile: 'Messages are kept in {0}',
  storedInMemory: 'Messages are kept in memory only: they are gone when the window closes',

  // The list
  messages: 'Messages',
  time: 'Time',
  direction: 'Direction',
  kind: 'Kind',
  size: 'Size',
  content: 'Content',
  kindText: 'text',
  kindBinary: 'binary',
  kindClose: 'close',
  kindPing: 'ping',
  kindPong: 'pong',
  kindState: 'state',
  heartbeat: 'heartbeat',
  oneNewMessage: '1 new message',
  newMessages: '{0} new messages',
  jumpToNewest: 'Jump to newest',
  oneMessage: '1 message',
  messageCount: '{0} messages',
  rowsFailed: 'The messages could not be read: {0}',

  // Nothing to list
  noConnections: 'No connections yet',
  noConnectionsHint: 'Connect to a WebSocket endpoint and watch every message as it arrives.',
  connectAsk: 'Connect…',
  emptyConnecting: 'Connecting to {0}',
  emptyConnected: 'Connected. Messages appear here as they arrive.',
  emptyRetry: 'Not connected. The next attempt follows by itself.',
  emptyClosing: 'Closing the connection.',
  emptyDisconnected: 'Not connected. Nothing has been received.',
  emptyFailed: 'The connection failed. Nothing has been received.',

  // The details
  details: 'Details',
  resizeDetails: 'Resize details',
  byteCount: '{0} bytes',
  copy: 'Copy',
  copyHint: 'Copy the whole payload',
  copied: 'Copied',
  closeDetails: 'Close Details',
  json: 'JSON',
  text: 'Text',
  hex: 'Hex',
  event: 'Event',
  loading: 'Loading…',
  shownOf: 'Showing {0} of {1}.',
  showMore: 'Show More ({0})',
  formatJson: 'Format as JSON ({0})',
  invalidJson: 'Not JSON: unexpected “{2}” at line {0}, column {1}. This is the text as it came.',
  endlessJson: 'Not JSON: it ends too early, at line {0}, column {1}. This is the text as it came.',
  emptyPayload: 'The payload is empty.',
  goneMessage: 'This message is no longer kept: older messages make room for newer ones.',
  payloadFailed: 'The payload could not be read: {0}',
  closeCode: 'Close code',
  closeReason: 'Close reason',
  requestFailed: 'That did not work: {0}',
} as const;

export type PageString = keyof typeof pageStrings;
export type PageStrings = Readonly<Record<PageString, string>>;
