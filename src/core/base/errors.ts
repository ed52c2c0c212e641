/** Makes a forgotten case of a union a type error, and a thrown one where types were lied to. */
export function assertNever(value: never): never {
  throw new Error(`Unexpected value ${JSON.stringify(value)}`);
}

/**
 * What an error says, as one line. Node's error for several refused addresses has no message of its
 * own, so the messages of its parts stand for it.
 */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') {
    return error.errors.map(messageOf).join('; ');
  }
  return error instanceof Error ? error.message : String(error);
}

/** Thrown for what the user can put right. Its message is shown as it is. */
export class UserError extends Error {
  override readonly name = 'UserError';
}
