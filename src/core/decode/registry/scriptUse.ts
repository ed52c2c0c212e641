/**
 * Reads a step that names a file with a decoder.
 *
 * @param step an object with the member `script`
 * @param place the rule, for the sentences
 * @param problems gets a sentence for each error
 * @returns the path, as it was written
 */
export function readScriptUse(
  step: Readonly<Record<string, unknown>>,
  place: string,
  problems: string[],
): string | undefined {
  const { script, ...others } = step;
  const [other] = Object.keys(others);
  if (other !== undefined) {
    problems.push(
      `A step of ${place} with "script" has the member "${other}", which is not known.`,
    );
    return undefined;
  }
  if (typeof script !== 'string' || !isScriptFile(script)) {
    problems.push(
      `"script" of ${place} must be a file that ends in .mjs, .js, .cjs, .mts or .ts, such as ".vscode/decoders/acme.mjs".`,
    );
    return undefined;
  }
  return script;
}

/** Whether a file may be a decoder by its name: JavaScript or TypeScript, and not only types. */
export function isScriptFile(path: string): boolean {
  return /[^\\/]\.(?:[cm]?js|m?ts)$/i.test(path) && !/\.d\.m?ts$/i.test(path);
}
