import { Uri } from 'vscode';

const maxWatchedFolders = 64;

/** The folders of files, each once, and no more than can be watched for one rule. */
export function watchedFolders(files: readonly Uri[]): readonly Uri[] {
  const folders = files.map(file => Uri.joinPath(file, '..'));
  const once = new Map(folders.map(folder => [folder.toString(), folder]));
  return [...once.values()].slice(0, maxWatchedFolders);
}
