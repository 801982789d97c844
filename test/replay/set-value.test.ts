import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseSettings } from '../../src/config/parse-settings.ts';
import { changeSettings } from '../../src/replay/set-value.ts';

const source = JSON.stringify(
  parse(readFileSync(new URL('../../config/overnight.yaml', import.meta.url), 'utf8')),
);

function set(path: string, value: string) {
  const parsed = parseSettings(changeSettings(source, [{ path, value }]), {});
  return parsed.type === 'valid' ? parsed.settings : parsed.problems.map((each) => each.path);
}

// Amounts of money are texts in the file, and whoever types --set does not think of quotes.
test('a value takes the kind of the one it replaces, and the parser of the file judges it', () => {
  expect(set('risk.orderNotionalMax', '500')).toMatchObject({ risk: { orderNotionalMax: '500' } });
  expect(set('risk.cooldownMs', '700')).toMatchObject({ risk: { cooldownMs: 700 } });
  expect(set('exits.standard.targetEnabled', 'false')).toMatchObject({
    portfolio: { exits: { standard: { targetEnabled: false } } },
  });
  expect(set('risk.cooldownMs', 'soon')).toEqual(['risk.cooldownMs']);
  expect(set('risk.maxPosition', '5')).toEqual(['risk.maxPosition']);
  expect(set('nothing.at.all', '5')).toEqual(['nothing']);
});

test('what the file leaves to its default can be set, items of lists by place or by id', () => {
  expect(set('feed.connectMsMax', '7000')).toMatchObject({ feed: { connectMsMax: 7000 } });
  for (const path of [
    'strategies.ema-cross.enabled',
    'strategies.0.enabled',
    'strategies[0].enabled',
  ]) {
    expect(set(path, 'false')).toMatchObject({
      signal: { strategies: [{ id: 'ema-cross', enabled: false }, { enabled: true }, {}] },
    });
  }
  expect(() => set('strategies.unheard-of.enabled', 'false')).toThrow(
    /no unheard-of in a list of 3/,
  );
  expect(() => set('risk.cooldownMs.deeper', '1')).toThrow(/deeper would be inside 5000/);
});

test('settings read from their saved source are the same, to the hash', () => {
  const text = readFileSync(new URL('../../config/overnight.yaml', import.meta.url), 'utf8');
  const first = parseSettings(text, { OVERNIGHT_HTTP_PORT: '11464', OVERNIGHT_DATA_DIR: '/x' });
  if (first.type !== 'valid') throw new Error('the default settings are not valid');
  const again = parseSettings(first.source, {});
  expect(again).toEqual(first);
});
