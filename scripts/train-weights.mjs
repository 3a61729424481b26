// Trains every preset on every data set with the settings below and writes assets/weights/<preset>-<data>.cnn. Same
// sources, same kind of processor: the same files.
//
//   node scripts/train-weights.mjs [--only lenet5-mnist,…] [--strokes digits.json] [--out folder] [--program cnn]
//
// --strokes: labelled pen strokes [{label, writer, strokes}, …]. They join the training of the nets for MNIST, but for
// every third writer, whose drawings measure the result. Without them the nets learn from MNIST alone.

import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { root, runMain, say, StepError } from './lib/process.mjs';

/**
 * What `cnn train` is told, beside `--data`, `--seed 1` and, where it does not say, `--storage float16`.
 * @typedef {{net: string, data: string, drawn?: boolean, options: Record<string, string | number>}} Recipe
 * `drawn`: for drawings by hand; pen strokes join in when there are any.
 */

const plain = { 'lr-schedule': 'cosine', batch: 64 };
const digits = { ...plain, augment: 'shift=1.5,rotate=12,scale=0.12,shear=0.15,elastic=1.5' };
const clothes = { ...plain, augment: 'shift=1.5,rotate=4,scale=0.08,flip=0.5' };

/** @type {Recipe[]} */
const recipes = [
  // The page waits for this one.
  { net: 'lenet5', data: 'mnist', drawn: true, options: { ...digits, epochs: 24, lr: 0.002, storage: 'int6' } },
  // The course's recipe to the letter, so that everybody can compare.
  { net: 'keras-mnist', data: 'mnist', options: { epochs: 5, batch: 32, lr: 0.001 } },
  { net: 'softmax', data: 'mnist', drawn: true, options: { ...plain, epochs: 10, lr: 0.002 } },
  { net: 'mlp', data: 'mnist', drawn: true, options: { ...digits, epochs: 15, lr: 0.002 } },
  { net: 'keras-mnist', data: 'fashion-mnist', options: { ...clothes, epochs: 16, lr: 0.002 } },
  { net: 'softmax', data: 'fashion-mnist', options: { ...plain, epochs: 10, lr: 0.002 } },
  { net: 'mlp', data: 'fashion-mnist', options: { ...plain, epochs: 10, lr: 0.002 } },
  { net: 'convnetjs-mnist', data: 'mnist', drawn: true, options: { ...digits, epochs: 4, lr: 0.003 } },
  { net: 'lenet5', data: 'fashion-mnist', options: { ...clothes, epochs: 24, lr: 0.002 } },
  { net: 'convnetjs-mnist', data: 'fashion-mnist', options: { ...clothes, epochs: 24, lr: 0.003 } },
  { net: 'mini-resnet', data: 'mnist', drawn: true, options: { ...digits, epochs: 8, lr: 0.004 } },
  { net: 'mini-vgg', data: 'mnist', drawn: true, options: { ...digits, epochs: 8, lr: 0.002 } },
  ...['mini-alexnet', 'mini-inception', 'mini-inception-resnet', 'mini-efficientnet', 'resnet20'].map((net) => ({
    net, data: 'mnist', drawn: true, options: { ...digits, epochs: 3, lr: 0.003 },
  })),
  { net: 'mini-resnet', data: 'fashion-mnist', options: { ...clothes, epochs: 16, lr: 0.004 } },
  { net: 'mini-vgg', data: 'fashion-mnist', options: { ...clothes, epochs: 16, lr: 0.002 } },
];

/** @param {Recipe} recipe */
const nameOf = ({ net, data }) => `${net}-${data}`;

/**
 * Every third writer is held back. Returns the paths of the two halves.
 * @param {string} path @param {string} folder
 */
function splitStrokes(path, folder) {
  /** @type {{label: number, writer: number, strokes: number[][][]}[]} */
  const drawings = JSON.parse(readFileSync(path, 'utf8'));
  if (!Array.isArray(drawings) || !drawings.every((drawing) => Number.isInteger(drawing.writer))) {
    throw new StepError(`${path} is no list of {label, writer, strokes}.`);
  }
  const parts = { train: join(folder, 'train.json'), test: join(folder, 'test.json') };
  writeFileSync(parts.train, JSON.stringify(drawings.filter(({ writer }) => writer % 3 !== 0)));
  writeFileSync(parts.test, JSON.stringify(drawings.filter(({ writer }) => writer % 3 === 0)));
  return parts;
}

/**
 * @param {string[]} command
 * @returns {Promise<any>} what the command line printed
 */
function runCnn(command) {
  return new Promise((resolve, reject) => {
    const child = spawn(command[0], command.slice(1), { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (data) => (output += data));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(output));
      else reject(new StepError(`${command.join(' ')} failed (exit code ${code}).`));
    });
  });
}

/** @param {number} share */
const percent = (share) => `${(100 * share).toFixed(2)} %`;

await runMain(async () => {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      strokes: { type: 'string' },
      out: { type: 'string', default: join(root, 'assets/weights') },
      program: { type: 'string' },
    },
  });
  const wanted = values.only?.split(',') ?? recipes.map(nameOf);
  const unknown = wanted.find((name) => !recipes.some((recipe) => nameOf(recipe) === name));
  if (unknown) throw new StepError(`There is no recipe "${unknown}". Recipes: ${recipes.map(nameOf).join(', ')}`);
  const program = values.program ? [values.program] : [process.execPath, join(root, 'scripts/cnn.mjs')];
  const out = /** @type {string} */ (values.out);
  mkdirSync(out, { recursive: true });

  const folder = mkdtempSync(join(tmpdir(), 'train-weights-'));
  try {
    const strokes = values.strokes ? splitStrokes(values.strokes, folder) : null;
    /** @type {string[][]} */
    const rows = [['net', 'accuracy', 'errors', 'drawn digits', 'file, gzip', 'seconds']];
    for (const recipe of recipes.filter((recipe) => wanted.includes(nameOf(recipe)))) {
      const file = join(out, `${nameOf(recipe)}.cnn`);
      const given = { data: recipe.data, seed: 1, storage: 'float16', ...recipe.options, out: file };
      const options = Object.entries(given).map(([key, value]) => `--${key}=${value}`);
      if (strokes && recipe.drawn) options.push(`--extra-strokes=${strokes.train}`);
      if (strokes && recipe.data === 'mnist') options.push(`--test-strokes=${strokes.test}`);
      say(`${nameOf(recipe)}: cnn train ${recipe.net} ${options.join(' ')}`);
      const result = await runCnn([...program, 'train', recipe.net, ...options, '--json']);
      rows.push([
        nameOf(recipe),
        percent(result.accuracy),
        String(result.errors),
        result.drawings ? percent(result.drawings.accuracy) : '',
        `${(statSync(file).size / 1000).toFixed(0)} kB, ${(gzipSync(readFileSync(file)).length / 1000).toFixed(0)} kB`,
        result.seconds.toFixed(0),
      ]);
      say(`  ${rows[rows.length - 1].slice(1).join(' | ')}`);
    }
    const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
    for (const row of rows) say(row.map((cell, column) => cell.padEnd(widths[column])).join('  ').trimEnd());
  } finally {
    rmSync(folder, { recursive: true });
  }
});
