import * as v from 'valibot';

const key = v.pipe(v.string(), v.maxLength(200));

/**
 * The part of the page's own state that the host restores after the window was reloaded. Sources are
 * named by `ConnectionView.captureKey`, because their ids are new then.
 */
const schema = v.object({
  captureKeys: v.object({
    selected: v.optional(key),
    merged: v.optional(v.pipe(v.array(key), v.maxLength(100)), []),
    /** Those of them in which a tap or a watch may go on. */
    observed: v.optional(v.pipe(v.array(key), v.maxLength(100)), []),
  }),
  following: v.optional(v.boolean(), true),
  filter: v.optional(v.pipe(v.string(), v.maxLength(2000)), ''),
  showHeartbeats: v.optional(v.boolean(), false),
  showControl: v.optional(v.boolean(), true),
});

export type KeptView = v.InferOutput<typeof schema>;

/** `undefined` if it is not such a state, for example that of another version of the page. */
export function readKeptView(state: unknown): KeptView | undefined {
  const parsed = v.safeParse(schema, state);
  return parsed.success ? parsed.output : undefined;
}
