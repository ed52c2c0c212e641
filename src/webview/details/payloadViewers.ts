import type { Formats } from '../../core/base/format.ts';
import type { DetailTab } from './detailTabs.ts';
import {
  closeViewer,
  eventViewer,
  frameViewer,
  type FrameSource,
  type HandshakeSource,
  type RowLinks,
} from './factsViewer.ts';
import { DecodedViewer, type DecodedSource } from './decodedViewer.ts';
import type { PayloadViewer, ViewerActions } from './payloadViewer.ts';
import { HandshakeViewer } from './handshakeViewer.ts';
import { HexViewer } from './hexViewer.ts';
import { JsonViewer } from './jsonViewer.ts';
import { TextViewer } from './textViewer.ts';

export type ViewerMakers = Readonly<Record<DetailTab, () => PayloadViewer>>;

/** In a separate bundle, which the page loads when it first shows the details of a row. */
export function viewerMakers(
  formats: Formats,
  context: ViewerActions & FrameSource & HandshakeSource & RowLinks & DecodedSource,
): ViewerMakers {
  return {
    decoded: () =>
      new DecodedViewer(
        formats,
        context,
        new JsonViewer(formats, context, new TextViewer(formats)),
      ),
    json: () => new JsonViewer(formats, context, new TextViewer(formats)),
    text: () => new TextViewer(formats),
    hex: () => new HexViewer(formats, context),
    close: () => closeViewer(),
    frame: () => frameViewer(formats, context),
    state: () => eventViewer(context),
    handshake: () => new HandshakeViewer(formats, context),
  };
}
