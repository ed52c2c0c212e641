/** How a call stands, as `call:` asks for it; `orphan`: an answer whose request was not seen. */
export type AskedCallState = 'pending' | 'done' | 'failed' | 'orphan';

/** What a decoder knows of one record of a message, as conditions ask for it. */
export interface DecodedRecord {
  readonly event?: string | undefined;
  readonly topic?: string | undefined;
  readonly type?: string | undefined;
  readonly id?: string | undefined;
  readonly call?: AskedCallState | undefined;
  /** Milliseconds from the request to its answer, on both. */
  readonly ms?: number | undefined;
}

/** A message as its decoders read it. What costs time is a function. */
export interface DecodedRow {
  /** The names of the decoders, in the order of the chain. */
  readonly as: readonly string[];
  /** At least one. */
  readonly records: readonly DecodedRecord[];
  readonly isUndecodable: boolean;
  readonly isHeartbeat: boolean;
  /** The message says of itself that something failed. */
  readonly isFailure: boolean;
  /** Whether it belongs to the conversation of another row of its capture. */
  readonly isWith: (row: number) => boolean;
  /** The decoded value as JSON, see `exportForm.ts`; several records as one array. */
  readonly value: () => string | undefined;
  /** What is around the value, as a JSON object. */
  readonly envelope: () => string | undefined;
}
