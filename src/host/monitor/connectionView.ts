import { l10n } from 'vscode';
import type { Formats } from '../../core/base/format.ts';
import {
  labelOf,
  severityOf,
  stateSentence,
  waitingSentence,
  wordOf,
} from '../../core/connection/report.ts';
import { isLive } from '../../core/connection/state/state.ts';
import type { Extent } from '../../core/capture/capture.ts';
import { parseEndpointTemplate } from '../../core/endpoint/endpointTemplate.ts';
import type { HandshakeFacts } from '../../core/record/handshakeFacts.ts';
import type { Profile } from '../../core/settings/profile.ts';
import type { ConnectionView } from '../../shared/monitorProtocol.ts';
import type { ConnectionMarks } from '../connections/connectionMarks.ts';
import type { MonitoredConnection } from '../connections/monitoredConnection.ts';
import type { Slot } from '../slots/slot.ts';
import { captureKeyOf, sourceLabel, type Source } from '../captures/sources.ts';
import type { NotConnectedSource } from './notConnected.ts';

/** A snapshot for the page. */
export function sourceView(
  source: Source,
  marks: ConnectionMarks,
  formats: Formats,
  now: number,
  monotonicNow: number,
): ConnectionView {
  switch (source.kind) {
    case 'connection':
      return connectionView(source.monitored, marks, now, monotonicNow);
    case 'slot':
      return slotView(source.slot, marks, now, monotonicNow);
    case 'capture':
      return captureView(source, marks, formats);
  }
}

function captureView(
  source: Extract<Source, { kind: 'capture' }>,
  marks: ConnectionMarks,
  formats: Formats,
): ConnectionView {
  const { id, captureKey, archived, capture, isAwaited } = source;
  const { url, startedAt } = archived;
  return {
    id,
    source: 'capture',
    captureKey,
    startedAt,
    name: sourceLabel(source, formats),
    mark: marks.numberOf(captureKey),
    url: archived.source ?? url,
    state: 'disconnected',
    severity: 'info',
    label: l10n.t('capture'),
    cause: captureSentence(source),
    subprotocol: '',
    receivedRate: 0,
    received: 0,
    sent: 0,
    security: 'plain',
    extent: capture.extent,
    storage: capture.storage,
    canConnect: false,
    canDisconnect: false,
    ...(isAwaited && { isAwaited }),
  };
}

function captureSentence({ archived, isAwaited }: Extract<Source, { kind: 'capture' }>): string {
  if (archived.isAbandoned) {
    return l10n.t(
      'The window that made this capture crashed. The capture is complete up to that moment.',
    );
  }
  if (isAwaited) {
    return l10n.t(
      'Messages of an earlier window. The next socket of this name is shown in their place.',
    );
  }
  return archived.source === undefined
    ? l10n.t('A capture of an earlier window. It receives no more messages.')
    : l10n.t('A capture that was opened from {0}.', archived.source);
}

/** Views are made many times a second, and parsing takes time. */
const displays = new WeakMap<Profile, string>();

function displayOf(profile: Profile): string {
  const display = displays.get(profile) ?? parseEndpointTemplate(profile.url).display;
  displays.set(profile, display);
  return display;
}

const emptyExtent: Extent = { first: 0, next: 0, byteLength: 0, dropped: 0 };

/** A connection of the settings that has not been opened in this window. */
export function notConnectedView(
  { id, profile, past }: NotConnectedSource,
  marks: ConnectionMarks,
  formats: Formats,
): ConnectionView {
  return {
    id,
    source: 'configured',
    captureKey: id,
    startedAt: past?.archived.startedAt ?? 0,
    name: profile.name,
    mark: marks.numberOf(profile.name),
    url: displayOf(profile),
    state: 'disconnected',
    severity: 'info',
    label: l10n.t('not connected'),
    cause: past
      ? l10n.t(
          'Not connected. These are its messages of {0}.',
          formats.day(past.archived.startedAt),
        )
      : l10n.t('Not connected in this window yet.'),
    subprotocol: '',
    receivedRate: 0,
    received: 0,
    sent: 0,
    security: 'plain',
    extent: past?.capture.extent ?? emptyExtent,
    storage: past?.capture.storage ?? { kind: 'memory' },
    canConnect: true,
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
  marks: ConnectionMarks,
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
    mark: marks.numberOf(name),
    url: endpoint.display,
    state: wordOf(state),
    severity: severityOf(state),
    label: labelOf(state),
    cause: stateSentence(state, endpoint),
    ...(state.kind === 'waiting' && {
      retryInMs: Math.max(0, state.dueAt - monotonicNow),
      causeAround: waitingSentence(state, endpoint),
    }),
    ...(state.kind === 'open' && {
      openForMs: monotonicNow - state.openedAt,
      ...(state.again && { reopenedAt: state.again.at }),
    }),
    subprotocol: state.kind === 'open' ? state.subprotocol : '',
    receivedRate: state.kind === 'open' ? received.rate(now) : 0,
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

/** A snapshot of the socket that a slot has now, or had last. */
function slotView(
  slot: Slot,
  marks: ConnectionMarks,
  now: number,
  monotonicNow: number,
): ConnectionView {
  const { id, name, owner, url, state, openedAt, capture, received, sent, handshake } = slot;
  return {
    id,
    source: owner.kind,
    captureKey: captureKeyOf(slot),
    startedAt: slot.startedAt,
    name,
    mark: marks.numberOf(name),
    url,
    state: state.word,
    severity: state.severity,
    label: state.word,
    cause: state.sentence,
    ...(openedAt !== undefined && { openForMs: monotonicNow - openedAt }),
    subprotocol: handshake?.subprotocol ?? '',
    // The window of the rate is longer than what it is of may last.
    receivedRate: state.word === 'connected' ? received.rate(now) : 0,
    received: received.total,
    sent: sent.total,
    extent: capture.extent,
    storage: capture.storage,
    security: slotSecurity(handshake),
    canConnect: false,
    canDisconnect: slot.control !== undefined,
    ...(slot.messagesOnly && { messagesOnly: true }),
  };
}

function slotSecurity(handshake: HandshakeFacts | undefined): ConnectionView['security'] {
  return handshake?.tls ? (handshake.tls.isVerified ? 'verified' : 'unverified') : 'plain';
}

function securityOf({ connection, profile }: MonitoredConnection): ConnectionView['security'] {
  if (!connection.options.endpoint.secure) {
    return 'plain';
  }
  return profile.values['tls.rejectUnauthorized'] ? 'verified' : 'unverified';
}
