import { isIPv4, isIPv6, type Socket } from 'node:net';
import type { ProxyAddress } from './proxyAddress.ts';
import { ProxyCode, ProxyError } from './proxyError.ts';
import type { SocketReader } from '../http/socketReader.ts';

const version = 5;
const noAuthentication = 0;
const userAndPassword = 2;

const replies: Readonly<Record<number, string>> = {
  1: 'general failure',
  2: 'its rules do not allow it',
  3: 'the network is unreachable',
  4: 'the host is unreachable',
  5: 'the connection was refused',
  6: 'the time to live has expired',
  7: 'it does not support the command',
  8: 'it does not support the type of address',
};

/** Asks a SOCKS5 proxy for a connection (RFC 1928); the proxy resolves the host name. */
export async function openSocks5(
  socket: Socket,
  reader: SocketReader,
  proxy: ProxyAddress,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<void> {
  const hasCredentials = proxy.user !== '' || proxy.password !== '';
  const offered = hasCredentials ? [noAuthentication, userAndPassword] : [noAuthentication];
  socket.write(Buffer.from([version, offered.length, ...offered]));
  const [answeredVersion, method = 0] = await reader.bytes(2);
  if (answeredVersion !== version) {
    throw new ProxyError(ProxyCode.Protocol, `${proxy.display} does not speak SOCKS5`);
  }
  if (!offered.includes(method)) {
    const problem = hasCredentials
      ? 'does not accept a user name and password'
      : 'requires a login';
    throw new ProxyError(ProxyCode.Authentication, `${proxy.display} ${problem}`);
  }
  if (method === userAndPassword) {
    await signIn(socket, reader, proxy); // RFC 1929
  }
  const portBytes = [port >> 8, port & 0xff];
  socket.write(Buffer.from([version, 1, 0, ...addressOf(host), ...portBytes]));
  const [, reply = 1, , type = 1] = await reader.bytes(4);
  if (reply !== 0) {
    const why = replies[reply] ?? `reply ${reply}`;
    const message = `${proxy.display} did not connect to ${host}:${port}: ${why}`;
    throw new ProxyError(ProxyCode.Refused, message);
  }
  const lengths: Readonly<Record<number, number>> = { 1: 4, 4: 16 };
  const length = lengths[type] ?? (await reader.bytes(1)).readUInt8();
  await reader.bytes(length + 2); // The bound address and port, which are not used.
}

async function signIn(socket: Socket, reader: SocketReader, proxy: ProxyAddress): Promise<void> {
  const [user, password] = [Buffer.from(proxy.user), Buffer.from(proxy.password)];
  socket.write(
    Buffer.concat([Buffer.from([1, user.length]), user, Buffer.from([password.length]), password]),
  );
  const [, status] = await reader.bytes(2);
  if (status !== 0) {
    const message = `${proxy.display} rejected the user name and password`;
    throw new ProxyError(ProxyCode.Authentication, message);
  }
}

/** The type of the address and its bytes. */
function addressOf(host: string): readonly number[] {
  if (isIPv4(host)) {
    return [1, ...host.split('.').map(Number)];
  }
  if (isIPv6(host)) {
    return [4, ...bytesOfIPv6(host)];
  }
  const name = Buffer.from(host);
  if (name.length > 255) {
    throw new ProxyError(ProxyCode.Refused, 'the host name is too long for a SOCKS proxy');
  }
  return [3, name.length, ...name];
}

/** Reads an address in the form of `URL`, which has no part in the notation of IPv4. */
function bytesOfIPv6(host: string): readonly number[] {
  const [before = [], after = []] = host.split('::').map(part => part.split(':').filter(Boolean));
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after].flatMap(group => {
    const value = parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}
