import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Of IPv4 and IPv6, in hex as the system writes them. */
const loopback = ['0100007F', '00000000000000000000000001000000'];

export interface ListeningSocket {
  readonly port: number;
  readonly isLoopback: boolean;
}

/** The sockets on which a process listens for TCP; on Linux only. */
export function listeningSockets(pid: number): readonly ListeningSocket[] {
  const own = new Set(
    readdirSync(`/proc/${pid}/fd`).map(fd => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
      } catch {
        return undefined; // It was closed in the meantime.
      }
    }),
  );
  return ['tcp', 'tcp6'].flatMap(table =>
    readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
      .split('\n')
      .map(line => line.trim().split(/\s+/))
      .filter(fields => fields[3] === '0A' && own.has(fields[9]))
      .map(([, local = '']) => {
        const [address = '', port = ''] = local.split(':');
        return { port: Number.parseInt(port, 16), isLoopback: loopback.includes(address) };
      }),
  );
}
