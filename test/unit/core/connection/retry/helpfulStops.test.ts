import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failureRules, rulesOf } from '../../../../../src/core/connection/retry/failureRules.ts';
import { stateSentence } from '../../../../../src/core/connection/report.ts';
import { settingKeys } from '../../../../../src/core/settings/settingsTable.ts';
import { ConnectionRig, type RigOptions } from '../../../../support/scenarios/connectionRig.ts';

/** What a user reads and can open once a connection has stopped. */
async function stopped(
  end: (rig: ConnectionRig) => void,
  options: RigOptions = {},
): Promise<readonly [setting: string | undefined, sentence: string]> {
  const rig = new ConnectionRig(options);
  await rig.open();
  end(rig);
  const { state, options: own } = rig.connection;
  rig.connection.dispose();
  assert.ok(state.kind === 'stopped');
  return [state.setting, stateSentence(state, own.endpoint)];
}

const closed = (code: number) => (rig: ConnectionRig) => rig.network.last.end({ code });

describe('What a connection that has stopped says', () => {
  it('names the setting that would have it come back after a normal close', async () => {
    assert.deepEqual(await stopped(closed(1000)), [
      'reconnect.rules',
      'Closed with 1000 Normal Closure: the peer is done after 0 s. ' +
        'The peer ended it on purpose, so it is not tried again. ' +
        'To try again all the same, add {"close":1000,"action":"retry"} to reconnect.rules.',
    ]);
  });

  it('proposes a rule that does what it says', async () => {
    for (const code of [1000, 1009, 4400, 4499]) {
      const [, sentence] = await stopped(closed(code));
      const [, rule = ''] = /add (\{.*\}) to reconnect\.rules\./.exec(sentence) ?? [];
      const rig = new ConnectionRig({
        settings: { 'reconnect.rules': [JSON.parse(rule) as unknown] },
      });
      await rig.open();
      closed(code)(rig);
      assert.equal(rig.word, 'retry', sentence);
      rig.connection.dispose();
    }
  });

  it("names a rule of the user's that had it stop, and proposes no other", async () => {
    for (const code of [1000, 4004]) {
      const rules = [{ close: code, action: 'stop' }];
      const [setting, sentence] = await stopped(closed(code), {
        settings: { 'reconnect.rules': rules },
      });
      assert.equal(setting, 'reconnect.rules');
      assert.match(sentence, new RegExp(`\\(rule: reconnect\\.rules: close ${code} → stop\\)\\.$`));
    }
  });

  it('names the switch where reconnecting is off, whatever the cause', async () => {
    for (const code of [1006, 1002, 1011]) {
      const [setting, sentence] = await stopped(closed(code), {
        settings: { 'reconnect.enabled': false },
      });
      assert.equal(setting, 'reconnect.enabled');
      assert.match(sentence, /reconnect\.enabled/);
    }
  });

  it('names the limit that was reached, but opens what helps with the cause', async () => {
    const settings = { 'reconnect.maxAttempts': 1 };
    assert.equal((await stopped(closed(1011), { settings }))[0], 'reconnect.maxAttempts');
    const [setting, sentence] = await stopped(closed(1002), { settings });
    assert.equal(setting, 'onOpen');
    assert.match(sentence, /\(reconnect\.maxAttempts\).*onOpen/);
  });
});

describe('The built-in rules', () => {
  const rules = [
    ...failureRules,
    ...['graphql-transport-ws', 'centrifuge-json', 'centrifuge-protobuf'].flatMap(rulesOf),
  ];
  const outcomes = rules.flatMap(({ name, outcome, provenGood }) =>
    [outcome, ...(provenGood ? [provenGood] : [])].map(each => ({ name, ...each })),
  );

  it('point at settings that exist, and name them in what they advise', () => {
    const known = new Set<string>([...settingKeys, 'url', 'http.proxy']);
    for (const { name, setting, advice = '' } of outcomes) {
      if (setting !== undefined) {
        assert.ok(known.has(setting), `${name}: ${setting}`);
        assert.ok(advice.toLowerCase().includes(setting.toLowerCase()), `${name}: ${advice}`);
      }
    }
  });

  it('name no setting in an advice without pointing at one', () => {
    const dotted = settingKeys.filter(key => key.includes('.'));
    for (const { name, setting, advice = '' } of outcomes) {
      const named = dotted.filter(key => advice.includes(key));
      assert.ok(named.length === 0 || setting !== undefined, `${name}: ${advice}`);
    }
  });
});
