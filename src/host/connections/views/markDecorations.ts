import { FileDecoration, ThemeColor, Uri, type FileDecorationProvider } from 'vscode';
import { markOf } from '../../../shared/connectionMarks.ts';

const scheme = 'websocketmonitor-mark';

/** What a row of a tree has as its resource, so that the editor decorates it with the mark. */
export function markUri(number: number): Uri {
  return Uri.from({ scheme, path: `/${number}` });
}

/** Shows marks at the end of rows, whose icon is then free for the state. */
export const markDecorations: FileDecorationProvider = {
  provideFileDecoration: uri => {
    if (uri.scheme !== scheme) {
      return undefined;
    }
    const { character, colourId } = markOf(Number(uri.path.slice(1)));
    return new FileDecoration(character, undefined, new ThemeColor(colourId));
  },
};
