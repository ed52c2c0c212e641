/**
 * What a mapped text is made of: paths such as `$.error.code` and words, with blanks between. Of alternatives, which have
 * `|` between them, the first counts of which a path leads somewhere.
 */
export type MappedText = string;

/** A filter of the monitor's own language; `true`: always. */
export type MappedFilter = string | true;

/** What messages of JSON say, and where. */
export interface MappingFacts {
  readonly type?: MappedText;
  /** Words in the place of what `type` gives, such as names of numbers. */
  readonly types?: Readonly<Record<string, string>>;
  readonly event?: MappedText;
  readonly topic?: MappedText;
  readonly id?: MappedText;
  /** What names the call of a request or an answer; absent: `id`. */
  readonly key?: MappedText;
  /** Within what the key is unique, such as a session. */
  readonly scope?: MappedText;
  /** What stands for the name in the summary; absent: the event, or the type. */
  readonly label?: MappedText;
  /** What the summary shows behind the name. */
  readonly body?: MappedText;
  /** The same, with the elements of an array one by one. */
  readonly args?: MappedText;
  /** What went wrong, of an error or a warning. */
  readonly message?: MappedText;
  /** The decoded value; absent: the message. */
  readonly value?: MappedText;
  readonly request?: MappedFilter;
  readonly response?: MappedFilter;
  /** Which answers are the last; absent: each. */
  readonly end?: MappedFilter;
  readonly cancel?: MappedFilter;
  readonly error?: MappedFilter;
  readonly warning?: MappedFilter;
  readonly heartbeat?: MappedFilter;
  /** In an answer: the name of what goes on by itself from now on. */
  readonly handle?: MappedText;
  /** The same in the messages that belong to it. */
  readonly item?: MappedText;
  /** The requests whose answers have a handle; absent: all. */
  readonly subscribe?: MappedFilter;
}

/** What some messages of a mapping say otherwise. */
export interface MappingCase extends MappingFacts {
  /** Which messages; absent: all that no case before is for. */
  readonly when?: string;
  /** Only in sessions that have agreed on this subprotocol. */
  readonly subprotocol?: string;
}

/** A protocol of JSON messages as data, as users write it in settings. docs/decoders.md describes each member. */
export interface Mapping extends MappingCase {
  /** Paths of texts that are JSON themselves. */
  readonly json?: readonly string[];
  /** Whether an array is several messages. */
  readonly batch?: boolean;
  /** The first that fits counts, with the members of the mapping that it does not have itself. */
  readonly cases?: readonly MappingCase[];
}

/** Members that are mapped texts of any kind. */
export const textMembers = [
  'type',
  'event',
  'topic',
  'id',
  'key',
  'scope',
  'label',
  'message',
  'handle',
  'item',
] as const;
/** Members of which each alternative is one path. */
export const valueMembers = ['body', 'args', 'value'] as const;
export const filterMembers = [
  'request',
  'response',
  'end',
  'cancel',
  'error',
  'warning',
  'heartbeat',
  'subscribe',
] as const;

export const maxCases = 100;
/** Paths of texts that are JSON. */
export const maxJsonPaths = 16;
/** Words for types. */
export const maxTypes = 1000;
