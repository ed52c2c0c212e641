import { failureRules } from '../../core/connection/retry/failureRules.ts';
import { causeOf, describeCause, type Cause } from '../../core/connection/state/cause.ts';
import { CloseCode } from '../../core/connection/wire/closeCode.ts';
import type { Refusal } from '../../core/connection/wire/transport.ts';
import type { Endpoint } from '../../core/endpoint/endpoint.ts';
import type { Phase } from '../../core/record/handshakeFacts.ts';
import type { HandshakeRedactor } from '../../core/secrets/handshakeRedactor.ts';
import type { Upstream } from '../../core/endpoint/upstream.ts';
import { toTransportError } from '../handshake/handshakeErrors.ts';

/** Why an upstream was not reached, or did not open a WebSocket. */
export interface UpstreamFailure {
  /** What happened and what to do, in sentences without secrets. */
  readonly text: string;
  readonly code?: string | number;
  /** What the client is answered if the upstream has not answered itself. */
  readonly status: 502 | 504;
}

/** Settings of a connection that a tap does not have. */
const foreignSettings = new Set([
  'connectTimeout',
  'proxy',
  'url',
  'compression',
  'headers',
  'auth',
]);

export function failureOfError(
  problem: unknown,
  phase: Phase,
  upstream: Upstream,
  redactor: HandshakeRedactor,
): UpstreamFailure {
  const error = toTransportError(problem, { redactor });
  const cause = causeOf({ code: CloseCode.Abnormal, reason: '', phase, error }, 0);
  return { ...described(cause, upstream), status: 502 };
}

export function failureOfTimeout(phase: Phase, upstream: Upstream): UpstreamFailure {
  const cause: Cause = { kind: 'timeout', phase, error: 'CONNECT_TIMEOUT' };
  return { ...described(cause, upstream), status: 504 };
}

export function failureOfRefusal(refusal: Refusal, upstream: Upstream): UpstreamFailure {
  const cause = causeOf({ code: CloseCode.Abnormal, reason: '', phase: 'upgrade', refusal }, 0);
  return { ...described(cause, upstream), code: refusal.status, status: 502 };
}

function described(cause: Cause, upstream: Upstream): Omit<UpstreamFailure, 'status'> {
  const sentence = describeCause(cause, endpointOf(upstream));
  const advice = adviceFor(cause, upstream);
  return {
    text: `${sentence}.${advice === '' ? '' : ` ${advice}`}`,
    ...(cause.error === undefined ? {} : { code: cause.error }),
  };
}

function adviceFor(cause: Cause, upstream: Upstream): string {
  if (cause.error === 'ECONNREFUSED') {
    return 'Start the server, or correct the upstream of the tap. With waitForUpstream a tap of the settings waits while it restarts.';
  }
  const rule = failureRules.find(({ matches }) => matches(cause, { secure: upstream.isSecure }));
  const { advice = '', setting = '' } = rule?.outcome ?? {};
  return foreignSettings.has(setting) || setting.startsWith('tls.') ? '' : advice;
}

/** An upstream for the sentences about endpoints. */
export function endpointOf({ isSecure, authority, path, isLoopback }: Upstream): Endpoint {
  const url = `${isSecure ? 'wss' : 'ws'}://${authority}${path}/`;
  return { url, display: url, host: authority, secure: isSecure, loopback: isLoopback };
}
