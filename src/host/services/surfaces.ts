import type { TreeView } from 'vscode';
import { WakeWatch } from '../../core/connection/wakeWatch.ts';
import { DisposableStore } from '../../core/base/lifecycle.ts';
import type { CaptureArchive } from '../../core/capture/captureArchive.ts';
import { CapturesTree, type CaptureNode } from '../captures/capturesTree.ts';
import {
  ConnectionsTree,
  type ConnectionsNode,
  type ConnectionsTreeParts,
} from '../connections/views/connectionsTree.ts';
import { StatusBar, type ListeningTaps } from '../connections/views/statusBar.ts';
import type { createLibrary } from '../library/createLibrary.ts';
import type { LibraryNode } from '../library/libraryTree.ts';
import type { TapRows } from '../taps/tapRows.ts';
import { PaletteKeys, type PaletteKeyParts } from './paletteKeys.ts';

export interface SurfaceParts
  extends Omit<ConnectionsTreeParts, 'taps'>, Omit<PaletteKeyParts, 'library' | 'views'> {
  readonly library: ReturnType<typeof createLibrary>;
  readonly taps: ListeningTaps;
  readonly rows: TapRows;
  readonly captures: { readonly archive: CaptureArchive };
  readonly views: {
    readonly connections: TreeView<ConnectionsNode>;
    readonly captures: TreeView<CaptureNode>;
    readonly messages: TreeView<LibraryNode>;
  };
}

/** Creates what shows the connections, captures and messages outside of the monitor. */
export function createSurfaces(parts: SurfaceParts) {
  const { connections, clock, formats, captures, library, rows, views } = parts;
  const store = new DisposableStore();
  const trees = {
    captures: store.add(new CapturesTree(captures.archive, formats, views.captures)),
    connections: store.add(new ConnectionsTree({ ...parts, taps: rows })),
    messages: library.tree,
  };
  store.add(new WakeWatch(clock, () => connections.wake()));
  store.add(new StatusBar(parts));
  const palette = store.add(new PaletteKeys(parts));
  return {
    trees,
    /** To be called when captures of closed windows may have come or gone. */
    refresh: () => {
      trees.captures.refresh();
      palette.lookForCaptures();
    },
    dispose: () => store.dispose(),
  };
}
