import { ocppActions } from './ocppActions.ts';
import type { SeenText } from './seenText.ts';
import type { Fit, Shape } from './shape.ts';

/** How texts of protocols look, wherever a capture begins. */
export const textShapes: readonly Shape[] = [
  { as: ['socketio'], of: 'text', test: socketio },
  { as: ['json', 'jsonrpc'], of: 'text', hasMark: true, test: jsonrpc },
  { as: ['json', 'dap'], of: 'text', test: dap },
  { as: ['json', 'cdp'], of: 'text', test: cdp },
  { as: ['graphql-transport-ws'], of: 'text', test: graphql(/^(?:subscribe|next)$/) },
  { as: ['subscriptions-transport-ws'], of: 'text', test: graphql(/^(?:start|data)$/) },
  { as: ['phoenix'], of: 'text', test: phoenix },
  { as: ['signalr'], of: 'text', test: signalr },
  { as: ['stomp'], of: 'both', test: stomp },
  { as: ['json', 'actioncable'], of: 'text', test: actioncable },
  { as: ['json', 'pusher'], of: 'text', test: pusher },
  { as: ['json', 'ocpp'], of: 'text', test: ocpp },
  { as: ['nats'], of: 'both', test: nats },
];

function socketio({ head }: SeenText): Fit {
  if (/^4(?:[23]|[56]\d+-)(?:\/[^,]*,)?\d*\[/.test(head)) {
    return 'yes';
  }
  const isPlain = /^(?:[1256]|[23]probe|3|4[01](?:\/.*|\{.*)?|44.*)$/s.test(head);
  return isPlain ? 'neutral' : 'no';
}

/** The member may stand at either end of a long message. */
function jsonrpc({ head, tail }: SeenText): Fit {
  const mark = /"jsonrpc"\s*:\s*"2\.0"/;
  return /^\s*[[{]/.test(head) && (mark.test(head) || mark.test(tail)) ? 'yes' : 'no';
}

function dap({ head }: SeenText): Fit {
  const isOne =
    head.startsWith('{') &&
    /"seq"\s*:\s*\d/.test(head) &&
    /"type"\s*:\s*"(?:request|response|event)"/.test(head) &&
    /"(?:command|event)"\s*:\s*"/.test(head);
  return isOne ? 'yes' : 'no';
}

function cdp({ head }: SeenText): Fit {
  if (/^\{(?:"id":\d+,)?"method":"[A-Z][A-Za-z]+\.[a-z][A-Za-z]+"/.test(head)) {
    return 'yes';
  }
  return /^\{"id":\d+,"(?:result|error)":/.test(head) ? 'neutral' : 'no';
}

/** @param own the types that the other protocol of the same library does not have */
function graphql(own: RegExp): (message: SeenText) => Fit {
  const common = /^(?:connection_init|connection_ack|ping|pong|ka|error|complete|stop)$/;
  return ({ head }) => {
    const type = /^\{(?:"id":"[^"]{0,100}",)?"type":"(\w+)"/.exec(head)?.[1] ?? '';
    if (own.test(type)) {
      return head.includes('"payload":') ? 'yes' : 'neutral';
    }
    return common.test(type) ? 'neutral' : 'no';
  };
}

function phoenix({ head }: SeenText): Fit {
  const found = /^\[(?:null|"[^"]{0,64}"),(?:null|"[^"]{0,64}"),"([^"]*)","([^"]*)",/.exec(head);
  if (!found) {
    return 'no';
  }
  const [, topic = '', event = ''] = found;
  return topic === 'phoenix' || event.startsWith('phx_') ? 'yes' : 'weak';
}

function signalr({ head, tail }: SeenText): Fit {
  if (!tail.endsWith('\u001e')) {
    return 'no';
  }
  return head.startsWith('{"type":') ? 'yes' : 'neutral';
}

function stomp({ head }: SeenText): Fit {
  if (/^[\r\n]+$/.test(head)) {
    return 'neutral';
  }
  const frame =
    /^(?:CONNECT|STOMP|CONNECTED|SEND|SUBSCRIBE|UNSUBSCRIBE|ACK|NACK|BEGIN|COMMIT|ABORT|DISCONNECT|MESSAGE|RECEIPT|ERROR)\r?\n/;
  return frame.test(head) && /\n\r?\n/.test(head) ? 'yes' : 'no';
}

function actioncable({ head }: SeenText): Fit {
  if (/^\{"(?:identifier":"\{\\"channel\\"|command":"\w+","identifier":")/.test(head)) {
    return 'yes';
  }
  return /^\{"type":"(?:welcome|ping|disconnect|(?:confirm|reject)_subscription)"/.test(head)
    ? 'neutral'
    : 'no';
}

function pusher({ head }: SeenText): Fit {
  if (/^\{"event":"pusher(?:_internal)?:/.test(head)) {
    return 'telling';
  }
  return /^\{"(?:event|channel)":"/.test(head) ? 'neutral' : 'no';
}

function ocpp({ head }: SeenText): Fit {
  const call = /^\[\s*[26],\s*"[^"]{1,64}",\s*"(\w+)",\s*\{/.exec(head);
  if (call) {
    return ocppActions.has(call[1] ?? '') ? 'telling' : 'weak';
  }
  return /^\[\s*[3-5],\s*"[^"]{1,64}",\s*[{"]/.test(head) ? 'neutral' : 'no';
}

function nats({ head }: SeenText): Fit {
  if (/^(?:MSG|HMSG|PUB|HPUB|SUB) [^\r\n]+\r\n/.test(head)) {
    return 'yes';
  }
  return /^(?:PING|PONG|\+OK|-ERR [^\r\n]*|UNSUB [^\r\n]*)\r\n/.test(head) ? 'neutral' : 'no';
}
