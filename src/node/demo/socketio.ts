import { randomBytes } from 'node:crypto';
import type { WebSocket } from 'ws';
import { readTextPacket } from '../../core/decode/protocols/socketio/textPacket.ts';
import { quotes } from './quotes.ts';
import { Beginning, every, type Serve } from './serve.ts';

const eventMs = 500;
const pingMs = 5000;
/** Every so many events one has an attachment, and one asks for an acknowledgement. */
const attachmentTurn = 4;
const questionTurn = 6;

const newId = () => randomBytes(15).toString('base64url');

/** A server of Socket.IO 5: quotes as events, some with attachments; it acknowledges what clients emit. */
export const socketio: Serve = socket => {
  const next = quotes();
  const beginning = new Beginning(() => {
    socket.send(`40${JSON.stringify({ sid: newId() })}`);
    emit(socket, ['welcome', { message: 'Emit an event with an id, such as 421["quote"].' }]);
    let turn = 0;
    return every(eventMs, () => {
      turn++;
      if (turn % attachmentTurn === 0) {
        const chart = { _placeholder: true, num: 0 };
        socket.send(`451-${JSON.stringify(['chart', next(), chart])}`);
        socket.send(randomBytes(32));
      } else if (turn % questionTurn === 1) {
        emit(socket, ['confirm', next()], turn);
      } else {
        emit(socket, ['quote', next()]);
      }
    });
  });
  const stopPings = every(pingMs, () => socket.send('2'));
  const open = { sid: newId(), upgrades: [], pingInterval: pingMs, pingTimeout: 20_000 };
  socket.send(`0${JSON.stringify({ ...open, maxPayload: 1_000_000 })}`);
  socket.on('message', (data: Buffer, isBinary) => {
    if (!isBinary) {
      answer(socket, data, beginning, next);
    }
  });
  return () => {
    beginning.stop();
    stopPings();
  };
};

function emit(socket: WebSocket, args: readonly unknown[], id?: number): void {
  socket.send(`42${id ?? ''}${JSON.stringify(args)}`);
}

/** @param data a message of Engine.IO: a ping, or a packet behind the type of messages */
function answer(socket: WebSocket, data: Buffer, beginning: Beginning, next: () => object): void {
  const text = data.toString();
  if (text.startsWith('2')) {
    socket.send(`3${text.slice(1)}`);
    return;
  }
  const packet = text.startsWith('4') ? readTextPacket(data, 1) : undefined;
  const { type, id, data: args, topic = '/' } = packet ?? {};
  switch (type) {
    case 'CONNECT':
      if (topic === '/') {
        beginning.now();
      } else {
        socket.send(`44${topic},${JSON.stringify({ message: 'Only / is served here' })}`);
      }
      break;
    case 'DISCONNECT':
      beginning.stop();
      break;
    case 'EVENT':
    case 'BINARY_EVENT':
      if (id !== undefined) {
        socket.send(`43${topic === '/' ? '' : `${topic},`}${id}${JSON.stringify(['ok', next()])}`);
      } else if (args) {
        emit(socket, ['heard', JSON.parse(args.text())]);
      }
      break;
    case undefined:
    case 'ACK':
    case 'BINARY_ACK':
    case 'CONNECT_ERROR':
      break;
  }
}
