import { isTrue, type Fields } from './importResult.ts';
import type { ImportDraft } from './importDraft.ts';
import type { Pair } from './connectionCollector.ts';

/** A login of another program, as the setting `auth` or as headers. */
interface ImportedAuth {
  readonly auth?: Readonly<Record<string, string>>;
  readonly headers: readonly Pair[];
}

const noAuth: ImportedAuth = { headers: [] };

/**
 * Converts a login of Insomnia or Postman.
 *
 * @param type the kind of login; both programs use the same names
 * @param fields the texts of the login by their names in either program
 * @param label the name of the request
 */
export function authOf(
  type: string,
  fields: Fields,
  label: string,
  context: ImportDraft,
): ImportedAuth {
  const { notes, credentials } = context;
  if (['', 'none', 'noauth', 'null'].includes(type)) {
    return noAuth;
  }
  const left = `The authentication of "${label.slice(0, 60)}" was left out`;
  if (isTrue(fields['disabled'])) {
    notes.add(`${left}: it is disabled`);
    return noAuth;
  }
  const text = (...keys: readonly string[]) => {
    const value = keys
      .map(key => fields[key])
      .find(each => typeof each === 'string' && each !== '');
    return typeof value === 'string' ? context.translate(value) : '';
  };
  const secret = (name: string, ...keys: readonly string[]) => {
    const value = text(...keys);
    return value === '' ? '' : credentials.reference(name, value, `${label}, authentication`);
  };
  switch (type) {
    case 'basic':
      if (text('username') === '' && text('password') === '') {
        break;
      }
      return {
        auth: { type, username: text('username'), password: secret('password', 'password') },
        headers: [],
      };
    case 'bearer':
    case 'singleToken': {
      const token = secret('token', 'token');
      const prefix = text('prefix');
      if (token === '') {
        break;
      }
      return ['', 'Bearer'].includes(prefix)
        ? { auth: { type: 'bearer', token }, headers: [] }
        : { headers: [{ name: 'Authorization', value: `${prefix} ${token}` }] };
    }
    case 'apikey':
    case 'apiKey': {
      const name = text('key', 'name');
      const place = text('addTo', 'in');
      const value = secret(name || 'key', 'value');
      if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) || value === '') {
        break;
      }
      if (place === 'cookie') {
        return { headers: [{ name: 'Cookie', value: `${name}=${value}` }] };
      }
      return {
        auth: { type: 'apiKey', in: /^query/i.test(place) ? 'query' : 'header', name, value },
        headers: [],
      };
    }
  }
  notes.add(`${left}: set it in the connection`);
  return noAuth;
}
