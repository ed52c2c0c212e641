import type { Formats } from '../../core/base/format.ts';
import type { DetailTab } from './detailTabs.ts';
import type { RowLinks } from './facts/eventViewer.ts';
import {
  closeViewer,
  frameViewer,
  type FrameSource,
  type HandshakeSource,
} from './facts/factsViewer.ts';
import {
  DecodedViewer,
  type DecodedLinks,
  type DecodedViewerParts,
} from './decoded/decodedViewer.ts';
import type { PayloadViewer, SelectionActions, ViewerActions } from './payload/payloadViewer.ts';
import { HexViewer } from './hex/hexViewer.ts';
import { JsonViewer } from './json/jsonViewer.ts';
import { LateViewer } from './payload/lateViewer.ts';
import { RowFields, type RowFieldsSource } from './decoded/rowFields.ts';
import { SelectionViewer, type SelectionSource } from './decoded/selectionViewer.ts';
import { TextViewer } from './text/textViewer.ts';

export type ViewerMakers = Readonly<Record<DetailTab, () => PayloadViewer>>;

/** What viewers ask for and lead to. */
export type ViewerContext = ViewerActions &
  FrameSource &
  HandshakeSource &
  RowLinks &
  DecodedLinks &
  RowFieldsSource &
  SelectionSource;

/** In a separate bundle, which the page loads when it first shows the details of a row. */
export function viewerMakers(formats: Formats, context: ViewerContext): ViewerMakers {
  const fields = new RowFields(context);
  const decoded = (
    onDecode: SelectionActions['onDecode'],
    read: DecodedViewerParts['read'],
    ofRow?: RowFields,
  ) => {
    const actions = { ...context, onDecode };
    return new DecodedViewer(formats, {
      actions,
      read,
      ...(ofRow && { fields: ofRow }),
      makeTree: places =>
        new JsonViewer(formats, actions, new TextViewer(formats, actions), places),
      makeRest: isText =>
        isText ? new TextViewer(formats, actions) : new HexViewer(formats, actions),
    });
  };
  const selecting = (make: (actions: ViewerActions & SelectionActions) => PayloadViewer) =>
    new SelectionViewer(
      formats,
      context,
      onDecode => make({ ...context, onDecode }),
      (answer, onDecode) => decoded(onDecode, () => Promise.resolve(answer.decoded)),
    );
  return {
    decoded: () =>
      selecting(({ onDecode }) => decoded(onDecode, shown => fields.decoded(shown), fields)),
    json: () =>
      selecting(actions => new JsonViewer(formats, actions, new TextViewer(formats, actions))),
    text: () => selecting(actions => new TextViewer(formats, actions)),
    hex: () => selecting(actions => new HexViewer(formats, actions, fields)),
    close: () => closeViewer(),
    frame: () => frameViewer(formats, context),
    state: () =>
      new LateViewer(async () => {
        const { eventViewer } = await import('./facts/eventViewer.ts');
        return eventViewer(context);
      }),
    handshake: () =>
      new LateViewer(async () => {
        const { HandshakeViewer } = await import('./facts/handshakeViewer.ts');
        return new HandshakeViewer(formats, context);
      }),
  };
}
