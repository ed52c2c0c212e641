import type { ChildProcess, SpawnOptions } from 'node:child_process';

export function spawnOwned(
  command: string,
  args: readonly string[],
  options: SpawnOptions,
): ChildProcess;
export function end(child: ChildProcess): Promise<void>;
export function atExit(act: () => void): () => void;
export function exitOnSignals(): void;
export function exitWithParent(): void;
