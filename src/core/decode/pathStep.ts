const plainName = /^[\p{L}\p{N}\p{M}_$@-]+$/u;

/** A step of a path into a value, as filters write it: `.name`, or `["a name"]`. */
export function memberStep(name: string): string {
  return plainName.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}
