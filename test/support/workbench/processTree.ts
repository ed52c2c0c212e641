import { execFileSync } from 'node:child_process';

export interface RunningProcess {
  readonly pid: number;
  readonly command: string;
}

/** What `pid` has started, and what that has started in turn; not on Windows. */
export function descendants(pid: number): readonly RunningProcess[] {
  const table = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,args='], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const all = table.split('\n').flatMap(line => {
    const [, id, parent, command = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return id === undefined ? [] : [{ pid: Number(id), parent: Number(parent), command }];
  });
  const below = (root: number): readonly RunningProcess[] =>
    all
      .filter(({ parent }) => parent === root)
      .flatMap(({ pid, command }) => [{ pid, command }, ...below(pid)]);
  return below(pid);
}
