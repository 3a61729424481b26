import assert from 'node:assert/strict';
import test from 'node:test';
import { cnn, json, put } from './program.mjs';

test('help names every command and option, and costs nothing', () => {
  const overview = cnn('--help');
  assert.equal(overview.code, 0);
  for (const command of ['describe', 'summary', 'train', 'eval', 'classify']) {
    assert.match(overview.out, new RegExp(`^  ${command} `, 'm'));
    const help = cnn(command, '--help');
    assert.equal(help.code, 0);
    assert.match(help.out, /^Usage: cnn /m);
    assert.match(help.out, /--json/);
    assert.equal(help.err, '');
  }
  const train = cnn('train', '--help').out;
  for (const option of 'data epochs batch optimizer lr lr-schedule clip-norm freeze augment seed validation patience out'.split(' ')) {
    assert.match(train, new RegExp(`^  --${option} `, 'm'));
  }
});

test('what is not understood ends with 2 and one sentence', () => {
  /** @type {[string[], RegExp][]} */
  const cases = [
    [['sumary', 'lenet5'], /no command "sumary". Did you mean summary\?/],
    [['summary'], /<net> is missing/],
    [['summary', 'lenet5', 'mlp'], /"mlp" is one argument too many/],
    [['train', 'mlp', '--epoch', '3'], /no option --epoch. Did you mean --epochs\?/],
    [['train', 'mlp', '--epochs'], /--epochs needs a value/],
    [['train', 'mlp', '--epochs', '0'], /--epochs must be a whole number between 1/],
    [['train', 'mlp', '--epochs', '1.5'], /must be a whole number/],
    [['train', 'mlp', '--lr', 'nan'], /--lr must be a number. Got "nan"/],
    [['train', 'mlp', '--lr', '0.1x'], /--lr must be a number/],
    [['train', 'mlp', '--storage', 'float8'], /--storage must be one of float32, float16/],
    [['train', 'mlp', '--patience', '2'], /--patience needs --validation/],
    [['train', 'mlp', '--augment', 'shift'], /--augment must be like shift=1,rotate=8/],
    [['train', 'mlp', '--seed', '1', '--seed', '2'], /--seed is given twice/],
    [['train', 'mlp', '--quiet=yes'], /--quiet takes no value/],
    [['classify', 'lenet5'], /what shall be classified/],
    [['classify', 'lenet5', 'a.png', '--strokes', 'b.json'], /not both/],
    [['eval', 'lenet5', '-v'], /no option -v/],
  ];
  for (const [words, message] of cases) {
    const { code, out, err } = cnn(...words);
    assert.equal(code, 2, words.join(' '));
    assert.equal(out, '');
    assert.match(err, message);
    assert.match(err, /^cnn: [^\n]*\n$/);
  }
  const nothing = cnn();
  assert.equal(nothing.code, 2);
  assert.match(nothing.err, /Usage: cnn <command>/);
});

test('what fails ends with 1 and one sentence', () => {
  const broken = put('broken.json', '{"layers": [');
  const layers = [{ type: 'input', shape: [4, 4, 1] }, { type: 'conv2d', filters: 1, kernel: 9 }];
  const unfit = put('unfit.json', JSON.stringify({ layers }));
  const model = put('broken.cnn', 'CNNMODEL\x01\0\0\0\xff\xff\xff\xff');
  /** @type {[string[], RegExp][]} */
  const cases = [
    [['summary', 'lenet6'], /"lenet6" is neither a preset nor a file. Did you mean lenet5\?/],
    [['summary', broken], /broken\.json: .*is no JSON: unexpected end in line 1/],
    [['summary', unfit], /unfit\.json: \[conv2d\] .* \(at \/layers\/1\)/],
    [['summary', model], /broken\.cnn: \[model file\] is cut off/],
    [['eval', unfit], /definition without weights/],
    [['eval', 'lenet5', '--data', 'mnits'], /no weights of lenet5 trained on mnits/],
    [['train', 'mlp', '--data', 'mnits'], /no data set "mnits" in .*Did you mean mnist\?/],
    [['train', 'mlp', '--lr', '-1'], /learning_rate must be between 0 and 1000. Got -1/],
    [['train', 'mlp', '--optimizer', 'adm'], /optimizer must be one of "sgd"/],
    [['train', 'mlp', '--lr-schedule', 'cosin'], /schedule must be one of "constant"/],
    [['train', 'mlp', '--validation', '0.95'], /validation must be between 0 and 0.9/],
    [['train', 'mlp', '--limit', '64', '--freeze', 'dens9'], /freeze matches nothing that has parameters/],
    [['train', 'mlp', '--augment', 'shif=1'], /unknown key "shif". Did you mean "shift"\?/],
    [['train', unfit, '--data', 'mnist'], /unfit/],
    [['train', 'mlp', '--limit', '64', '--out', '/nowhere/a.cnn'], /\/nowhere\/a\.cnn: cannot be written/],
  ];
  for (const [words, message] of cases) {
    const { code, err } = cnn(...words, '--json');
    assert.equal(code, 1, `${words.join(' ')}: ${err}`);
    const last = err.trimEnd().split('\n').pop() ?? '';
    assert.match(last, message);
    assert.match(last, /^cnn: /);
  }
});

test('describe gives the catalogue', () => {
  const catalogue = json('describe');
  const conv = catalogue.layers.find((/** @type {any} */ layer) => layer.type === 'conv2d');
  assert.equal(conv.role, 'convolution');
  assert.ok(catalogue.activations.includes('relu'));
  assert.match(cnn('describe').out, /^ {2}conv2d \(convolution\)$/m);
});
