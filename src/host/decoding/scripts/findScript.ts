import { l10n, Uri, workspace } from 'vscode';
import { messageOf } from '../../../core/base/errors.ts';
import { isDecoderName } from '../../../core/decode/registry/decoderNames.ts';
import type { FileFound, FindFileWithin } from '../../../core/message/fileAccess.ts';
import { placesOf } from '../../settings/placesOf.ts';
import type { ContributedRequest, FileRequest, ScriptRequest } from './scriptRequest.ts';

/** What is known of the file of a decoder. */
export interface FoundScript {
  /** Its path with all links followed; absent: there is a problem. */
  readonly file?: string;
  /** The same as users know it. */
  readonly uri?: Uri;
  /** Why it may not run, as a sentence. */
  readonly problem?: string;
  /** Where it is, or might be one day. */
  readonly watched: readonly Uri[];
}

/** What a decoder is called after `as:` and in a chain, and for people. */
export function namesOf(request: ScriptRequest): { readonly name: string; readonly title: string } {
  switch (request.kind) {
    case 'file': {
      const file = request.path.split(/[\\/]/).at(-1) ?? request.path;
      const name = file.replace(/\.[^.]*$/, '');
      // The name of a decoder that is built in means that one.
      return { name: isDecoderName(name) ? file : name, title: file };
    }
    case 'contributed':
      return { name: request.name, title: request.title };
    case 'unknown':
      return { name: request.name, title: request.name };
  }
}

/** Looks for the file of a decoder; of the file itself nothing is read. Never rejects. */
export async function findScript(
  request: ScriptRequest,
  findFile: FindFileWithin,
): Promise<FoundScript> {
  const { title } = namesOf(request);
  try {
    switch (request.kind) {
      case 'file':
        return await findFileOf(request, findFile);
      case 'contributed':
        return await findModule(request, findFile);
      case 'unknown': {
        const problem = l10n.t(
          'No extension that is installed contributes the decoder "{0}".',
          title,
        );
        return { problem, watched: [] };
      }
    }
  } catch (error) {
    const problem = l10n.t('The decoder "{0}" is not run: {1}', title, messageOf(error));
    return { problem, watched: [] };
  }
}

/** @throws UserError if the path is relative and no folder is open */
async function findFileOf(
  { path, scope }: FileRequest,
  findFile: FindFileWithin,
): Promise<FoundScript> {
  const places = placesOf(path).filter(({ scheme }) => scheme === 'file');
  if (places.length === 0) {
    const problem = l10n.t(
      'The decoder "{0}" is not run: it must be on a disk, and this workspace is not.',
      path,
    );
    return { problem, watched: [] };
  }
  const folders = (workspace.workspaceFolders ?? [])
    .filter(({ uri }) => uri.scheme === 'file')
    .map(({ uri }) => uri.fsPath);
  const outside = () =>
    l10n.t(
      'The decoder "{0}" is not run: a workspace may only name files that are in it, and this file, or the target of a link, is not.',
      path,
    );
  for (const uri of places) {
    const found = await findFile(uri.fsPath, scope === 'workspace' ? folders : undefined);
    if (found.kind !== 'missing') {
      return resultOf(found, uri, path, outside());
    }
  }
  return { problem: l10n.t('The decoder "{0}" was not found.', path), watched: places };
}

async function findModule(
  { title, extension, root, module }: ContributedRequest,
  findFile: FindFileWithin,
): Promise<FoundScript> {
  const folder = Uri.parse(root);
  const uri = Uri.joinPath(folder, module);
  if (folder.scheme !== 'file') {
    const problem = l10n.t(
      'The decoder "{0}" is not run: its extension {1} is not on a disk.',
      title,
      extension,
    );
    return { problem, watched: [] };
  }
  const found = await findFile(uri.fsPath, [folder.fsPath]);
  const outside = l10n.t(
    'The decoder "{0}" is not run: its file is not in the folder of its extension {1}.',
    title,
    extension,
  );
  return resultOf(found, uri, title, outside);
}

function resultOf(found: FileFound, uri: Uri, name: string, outside: string): FoundScript {
  switch (found.kind) {
    case 'file':
      return { file: found.path, uri, watched: [uri, Uri.file(found.path)] };
    case 'outside':
      // To watch a folder is to look at it: only a link within the workspace may lead inside one day.
      return { problem: outside, watched: workspace.getWorkspaceFolder(uri) ? [uri] : [] };
    case 'missing':
      return { problem: l10n.t('The decoder "{0}" was not found.', name), watched: [uri] };
    case 'folder':
    case 'special':
      return { problem: l10n.t('The decoder "{0}" is not a file.', name), watched: [uri] };
  }
}
