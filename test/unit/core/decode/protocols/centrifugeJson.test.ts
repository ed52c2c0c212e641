import { centrifugeJson } from '../../../../../src/core/decode/protocols/centrifuge/centrifugeJson.ts';
import { testHostile } from '../../../../support/decode/fuzz.ts';
import { testVectors, vectorFile } from '../../../../support/decode/vectors.ts';

const file = vectorFile('centrifuge');
const ofJson = {
  ...file,
  sessions: file.sessions.filter(({ messages }) =>
    messages.every(({ text }) => text !== undefined),
  ),
};

testVectors(ofJson, () => [centrifugeJson]);
testHostile(centrifugeJson, ofJson.sessions);
