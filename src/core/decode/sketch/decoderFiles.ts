import { base64Of } from '../../base/base64.ts';
import { eventOf, sketchOf, type SampleMessage, type Sketch } from './sketch.ts';

export type DecoderLanguage = 'js' | 'ts';

/** The files of a new decoder: their names, and what is in them. */
export interface DecoderFiles {
  readonly decoder: { readonly name: string; readonly text: string };
  readonly test: { readonly name: string; readonly text: string };
}

/** Beside a decoder: what it is given, and what it may give. */
export const typesFileName = 'websocket-monitor-decoder.d.ts';

/** Stands for messages where there are none. */
const example: SampleMessage = {
  direction: 'in',
  isText: false,
  bytes: new Uint8Array([1, 0, 5, 104, 101, 108, 108, 111]),
};

/**
 * Writes a decoder that reads the first of some messages, and a test with all of them.
 *
 * @param name of letters, digits, `-` and `_`
 * @param folder in which they will be, as the test is run
 * @param codecs the decoders that have unpacked the messages
 */
export function decoderFiles(
  name: string,
  language: DecoderLanguage,
  folder: string,
  messages: readonly SampleMessage[],
  codecs: readonly string[],
): DecoderFiles {
  const samples = messages.length > 0 ? messages : [example];
  const sketch = sketchOf(samples[0] ?? example);
  const ending = language === 'js' ? 'mjs' : 'mts';
  const test = `${name}.test.${ending}`;
  const run = `node --test ${folder}/${test}`;
  const use = JSON.stringify([...codecs, { script: `${folder}/${name}.${ending}` }]);
  const behind = codecs.length > 0 ? `\n// It gets what others have unpacked: "use": ${use}` : '';
  return {
    decoder: { name: `${name}.${ending}`, text: decoderText(name, language, run + behind, sketch) },
    test: { name: test, text: testText(`${name}.${ending}`, language, run, sketch, samples) },
  };
}

function decoderText(name: string, language: DecoderLanguage, run: string, sketch: Sketch): string {
  const isBytes = sketch.kind === 'bytes';
  const type = isBytes ? 'BytesDecoder' : 'TextsDecoder';
  const head =
    language === 'js'
      ? `// @ts-check\n\n/** @type {${typeHere(type)}} */\nexport const decoder = {`
      : `${importLine(`type { ${type} }`, `./${typesFileName}`)}\n\nexport const decoder: ${type} = {`;
  return `// Says what messages are. Save it, and the rows of the monitor are drawn again.
// All that it may give is in ${typesFileName}.
// Its test: ${run}
${head}
  name: '${name}',
  takes: '${isBytes ? 'bytes' : 'text'}',

  /** Is called for each message. Undefined: this decoder is not for it. */
  decode(${isBytes ? 'bytes' : 'text'}) {
${bodyOf(sketch)}
  },
};
`;
}

function bodyOf(sketch: Sketch): string {
  switch (sketch.kind) {
    case 'json':
      return jsonBody(sketch);
    case 'parts':
      return `    const [event, ...values] = text.split(${quoted(sketch.separator)});
    return { event, value: values };`;
    case 'bytes':
      return bytesBody(sketch);
  }
}

function jsonBody({ event, id }: Sketch & { readonly kind: 'json' }): string {
  const idLine = id === undefined ? '' : `\n      id: value.${id},`;
  return `    let value;
    try {
      value = JSON.parse(text);
    } catch {
      return undefined;
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return undefined;
    }
    return {
      event: String(value.${event} ?? 'message'),${idLine}
      value,
    };`;
}

function bytesBody({ headerLength, length, body }: Sketch & { readonly kind: 'bytes' }): string {
  const lines = [
    `    if (bytes.length < ${headerLength}) {`,
    '      return undefined;',
    '    }',
    '    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);',
    '    const type = view.getUint8(0);',
  ];
  if (length) {
    const little = length.isLittle && length.method !== 'getUint8' ? ', true' : '';
    lines.push(`    const length = view.${length.method}(${length.at}${little});`);
  }
  lines.push(
    `    const body = bytes.subarray(${headerLength}${length ? `, ${headerLength} + length` : ''});`,
  );
  lines.push('    return {', '      event: `type ${type}`,');
  if (body === undefined) {
    lines.push(`      value: { type, ${length ? 'length, ' : ''}body },`);
  } else {
    lines.push(`      envelope: { type${length ? ', length' : ''} },`);
  }
  lines.push('      // The details mark these bytes: path, first byte, the one after the last.');
  lines.push('      fields: [', "        ['$.type', 0, 1],");
  if (length) {
    lines.push(`        ['$.length', ${length.at}, ${headerLength}],`);
  }
  lines.push(`        ['$.body', ${headerLength}, ${headerLength} + body.length],`, '      ],');
  if (body !== undefined) {
    lines.push(
      '      // A decoder of the monitor reads on.',
      '      next: body,',
      `      as: '${body}',`,
    );
  }
  lines.push('    };');
  return lines.join('\n');
}

function testText(
  file: string,
  language: DecoderLanguage,
  run: string,
  sketch: Sketch,
  samples: readonly SampleMessage[],
): string {
  const rows = samples.map(sample => {
    const event = eventOf(sketch, sample);
    const members = [
      `direction: '${sample.direction}'`,
      `isText: ${sample.isText}`,
      `base64: '${base64Of(sample.bytes)}'`,
      ...(event === undefined ? [] : [`event: ${quoted(event)}`]),
    ];
    return `  { ${members.join(', ')} },`;
  });
  const isTyped = language === 'ts';
  const head = isTyped
    ? `// Run it with Node 22.18 or later: ${run}`
    : `// @ts-check\n// Run it: ${run}`;
  const types = isTyped
    ? `\n${importLine('type { Context }', `./${typesFileName}`)}`
    : `\n\n/** @typedef {${typeHere('Context')}} Context */`;
  const member =
    "{ direction: Context['direction'], isText: boolean, base64: string, event?: string }[]";
  const list = isTyped
    ? `const messages: ${member} = [`
    : `/** @type {${member}} */\nconst messages = [`;
  const context = isTyped
    ? 'const context: Context = {'
    : '/** @type {Context} */\n    const context = {';
  const [takes, given] =
    sketch.kind === 'bytes' ? ['!isText', 'bytes'] : ['isText', 'new TextDecoder().decode(bytes)'];
  return `${head}
${importLine('assert', 'node:assert/strict')}
${importLine('{ test }', 'node:test')}
${importLine('{ decoder }', `./${file}`)}${types}

// Messages in base64, and the event of each. Without one, the decoder is not for it.
${list}
${rows.join('\n')}
];

messages.forEach(({ direction, isText, base64, event }, seq) => {
  test(\`message \${seq + 1}\`, () => {
    const bytes = new Uint8Array(Buffer.from(base64, 'base64'));
    ${context}
      direction,
      isText,
      url: 'wss://example.com/',
      subprotocol: '',
      connection: 'test',
      seq,
      record: 0,
      time: 0,
    };
    // The monitor too gives a decoder only what it takes.
    const read = ${takes} ? decoder.decode(${given}, context) : undefined;
    assert.equal(read?.event, event);
  });
});
`;
}

/** As a literal in single quotes: what a peer has sent is nothing but text. */
function quoted(text: string): string {
  const inner = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${inner.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}'`;
}

/** A line of the file that is written; whoever looks for what this file imports does not take it for one. */
function importLine(what: string, from: string): string {
  return ['import', what, 'from', `${quoted(from)};`].join(' ');
}

function typeHere(name: string): string {
  return ['import', `('./${typesFileName}').${name}`].join('');
}
