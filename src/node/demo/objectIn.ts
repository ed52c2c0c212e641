import { isObject, type JsonObject } from '../../core/json/json.ts';

/** The object that a text is as JSON; an empty one for all else. */
export function objectIn(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
