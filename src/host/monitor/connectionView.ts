import { l10n } from 'vscode';
import { labelOf, stateSentence, severityOf, wordOf } from '../../core/connection/report.ts';
import { isLive } from '../../core/connection/state/state.ts';
import type { ConnectionView } from '../../shared/monitorProtocol.ts';
import type { MonitoredConnection } from '../connections/monitoredConnection.ts';
import { captureKeyOf, type Source } from '../captures/sources.ts';

/** A snapshot for the page. */
export function sourceView(source: Source, now: number, monotonicNow: number): ConnectionView {
  return source.kind === 'connection'
    ? connectionView(source.monitored, now, monotonicNow)
    : captureView(source);
}

function captureView(source: Extract<Source, { kind: 'capture' }>): ConnectionView {
  const { id, captureKey, archived, capture } = source;
  const { name, url, startedAt, isAbandoned } = archived;
  return {
    id,
    source: 'capture',
    captureKey,
    startedAt,
    name,
    url,
    state: 'disconnected',
    severity: 'info',
    label: l10n.t('capture'),
    cause: isAbandoned
      ? l10n.t(
          'The window that made this capture crashed. The capture is complete up to that moment.',
        )
      : l10n.t('A capture of an earlier window. It receives no more messages.'),
    subprotocol: '',
    receivedRate: 0,
    received: 0,
    sent: 0,
    security: 'plain',
    extent: capture.extent,
    storage: capture.storage,
    canConnect: false,
    canDisconnect: false,
  };
}

/**
 * A snapshot of one connection. It has durations, not times, because the page may run on another
 * machine with another clock.
 *
 * @param now the wall clock
 * @param monotonicNow the monotonic clock
 */
function connectionView(
  monitored: MonitoredConnection,
  now: number,
  monotonicNow: number,
): ConnectionView {
  const { id, name, connection, capture, received, sent } = monitored;
  const { state, latencyMs, handshake } = connection;
  const setting = monitored.helpfulSetting;
  const { endpoint } = connection.options;
  return {
    id,
    source: 'connection',
    captureKey: captureKeyOf(monitored),
    startedAt: monitored.startedAt,
    name,
    url: endpoint.display,
    state: wordOf(state),
    severity: severityOf(state),
    label: labelOf(state),
    cause: stateSentence(state, endpoint),
    ...(state.kind === 'waiting' ? { retryInMs: Math.max(0, state.dueAt - monotonicNow) } : {}),
    ...(state.kind === 'open' ? { openForMs: monotonicNow - state.openedAt } : {}),
    subprotocol: state.kind === 'open' ? state.subprotocol : '',
    receivedRate: received.rate(now),
    received: received.total,
    sent: sent.total,
    ...(latencyMs === undefined ? {} : { latencyMs }),
    extent: capture.extent,
    storage: capture.storage,
    security: securityOf(monitored),
    ...(handshake?.proxy ? { proxy: handshake.proxy.url } : {}),
    ...(setting === undefined ? {} : { setting }),
    canConnect: !isLive(state) || state.kind === 'waiting',
    canDisconnect: isLive(state),
  };
}

function securityOf({ connection, profile }: MonitoredConnection): ConnectionView['security'] {
  if (!connection.options.endpoint.secure) {
    return 'plain';
  }
  return profile.values['tls.rejectUnauthorized'] ? 'verified' : 'unverified';
}
