import assert from 'node:assert/strict';
import test from 'node:test';
import { fieldText, parseField } from '../../web/widgets/fields.js';

const field = (/** @type {string} */ kind, /** @type {any} */ rest = {}) => ({ key: 'x', kind, ...rest });

test('what is typed becomes a value of the kind, or nothing', () => {
  /** @type {[any, string, any][]} */
  const cases = [
    [field('integer', { least: 1, most: 64 }), ' 32 ', 32],
    [field('integer', { least: 1, most: 64 }), '65', undefined],
    [field('integer', { least: 1, most: 64 }), '0', undefined],
    [field('integer'), '1.5', undefined],
    [field('integer'), '', undefined],
    [field('number', { least: 0, most: 1 }), '0,25', 0.25],
    [field('number', { least: 0, most: 1 }), '1e-3', 0.001],
    [field('number', { least: 0, most: 1 }), 'fast', undefined],
    [field('choice', { choices: ['max', 'average'] }), 'average', 'average'],
    [field('choice', { choices: ['max', 'average'] }), 'sum', undefined],
    [field('extent', { least: 1, most: 9 }), '3', 3],
    [field('extent', { least: 1, most: 9 }), '3×5', [3, 5]],
    [field('extent', { least: 1, most: 9 }), '3, 3', 3],
    [field('extent', { least: 1, most: 9 }), '3, 10', undefined],
    [field('extent', { least: 1, most: 9 }), '1, 2, 3', undefined],
    [field('padding'), 'same', 'same'],
    [field('padding', { least: 0 }), '2', 2],
    [field('padding', { least: 0 }), '1, 2, 3, 4', [1, 2, 3, 4]],
    [field('padding', { least: 0 }), '1, 2', undefined],
    [field('padding', { least: 0 }), 'half', undefined],
    [field('integers'), '1, 2, 3', [1, 2, 3]],
    [field('text'), ' conv1 ', 'conv1'],
  ];
  for (const [of, text, value] of cases) assert.deepEqual(parseField(of, text), value, `${of.kind} "${text}"`);
});

test('a value is shown as it can be typed again', () => {
  for (const value of [3, [3, 5], 'same', [1, 2, 3, 4]]) {
    const kind = Array.isArray(value) && value.length === 2 ? 'extent' : 'padding';
    assert.deepEqual(parseField(field(kind), fieldText(value)), value);
  }
});
