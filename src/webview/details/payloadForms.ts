import type { Formats } from '../../core/base/format.ts';
import type { DetailTab } from './detailTabs.ts';
import {
  closeForm,
  eventForm,
  frameForm,
  type FrameSource,
  type HandshakeSource,
} from './factsForm.ts';
import type { Form, FormContext } from './form.ts';
import { HandshakeForm } from './handshakeForm.ts';
import { HexForm } from './hexForm.ts';
import { JsonForm } from './jsonForm.ts';
import { TextForm } from './textForm.ts';

export type FormMakers = Readonly<Record<DetailTab, () => Form>>;

/** A bundle of its own, which the page loads with the first row that is looked at closely. */
export function formMakers(
  formats: Formats,
  context: FormContext & FrameSource & HandshakeSource,
): FormMakers {
  return {
    json: () => new JsonForm(formats, context, new TextForm(formats)),
    text: () => new TextForm(formats),
    hex: () => new HexForm(formats, context),
    close: () => closeForm(),
    frame: () => frameForm(formats, context),
    event: () => eventForm(),
    handshake: () => new HandshakeForm(formats, context),
  };
}
