// Our entry in the side-by-side benchmark of browser engines: translates the benchmark's network descriptions into ours.
// The benchmark's own files are not part of this project; stage.mjs puts this adapter, the bindings and both modules
// together in one folder, and the benchmark's build copies that folder to where '../../lib/' is its own.

import { Unsupported } from '../../lib/graph.mjs';
import { loadEngine } from './js/engine.js';
import { createTeam } from './worker/team.js';

const OPTIMIZERS = {
  adam: (o) => ({ optimizer: 'adam', learning_rate: o.lr, beta1: o.beta1, beta2: o.beta2, epsilon: o.eps }),
  momentum: (o) => ({ optimizer: 'momentum', learning_rate: o.lr, momentum: o.momentum }),
  adadelta: (o) => ({ optimizer: 'adadelta', learning_rate: o.lr, rho: o.rho, epsilon: o.eps }),
};

async function readModule(env, assetBase, module) {
  const name = `${assetBase}ours/engine-${module}.wasm`;
  if (env === 'node') return (await import('node:fs/promises')).readFile(name);
  const response = await fetch(name);
  if (!response.ok) throw new Error(`${name}: ${response.status}`);
  return response.arrayBuffer();
}

// Whether this engine knows relaxed SIMD: it rejects the module otherwise.
async function chosenModule(env, assetBase, variant) {
  if (variant !== 'simd128') {
    const bytes = await readModule(env, assetBase, 'relaxed');
    if (WebAssembly.validate(bytes)) return bytes;
  }
  return readModule(env, assetBase, 'simd128');
}

// The page's team of workers: here, with `count` replicas beside.
async function gatherTeam(env, assetBase, bytes, count) {
  const team = createTeam((reason) => { throw new Error(`a replica failed: ${reason}`); });
  const workers = [];
  for (let i = 0; i < count; i++) {
    const { port1, port2 } = new MessageChannel();
    const worker = env === 'node'
      ? new (await import('node:worker_threads')).Worker(new URL('./replica.mjs', import.meta.url))
      : new Worker(`${assetBase}ours/replica.mjs`, { type: 'module' });
    worker.postMessage({ bytes, port: port1 }, [port1]);
    workers.push(worker);
    team.join(port2);
  }
  return { team, end: () => { team.dismiss(); for (const worker of workers) worker.terminate(); } };
}

const withActivation = (layer, act) => (act ? { ...layer, activation: act } : layer);

function layerOf(node) {
  const common = { name: node.id, inputs: node.in };
  switch (node.op) {
    case 'conv':
      return withActivation({
        type: 'conv2d', ...common, filters: node.out, kernel: node.k, stride: node.stride, padding: node.pad,
        groups: node.depthwise ? node.inShape[2] : 1, bias: node.bias,
      }, node.act);
    case 'bn':
      return withActivation({ type: 'batch_norm', ...common, epsilon: 1e-3, momentum: 0.99 }, node.act);
    case 'maxpool': return { type: 'pool2d', ...common, mode: 'max', kernel: node.k, stride: node.stride };
    case 'add': return withActivation({ type: 'add', ...common }, node.act);
    case 'gap': return { type: 'global_pool', ...common, mode: 'average' };
    case 'flatten': return { type: 'flatten', ...common };
    case 'dense': return withActivation({ type: 'dense', ...common, units: node.out }, node.act);
    default: throw new Unsupported(`no ${node.op}`);
  }
}

// Weights come as O·I·kh·kw and out × in (in over channels, rows, columns); ours are kh·kw·I·O and in × out (rows, columns,
// channels).
function ownLayout(node, parameter, values) {
  if (parameter.role === 'convW') {
    const [o, i, kh, kw] = parameter.shape;
    const out = new Float32Array(values.length);
    for (let a = 0; a < o; a++) {
      for (let b = 0; b < i; b++) {
        for (let t = 0; t < kh * kw; t++) out[(t * i + b) * o + a] = values[(a * i + b) * kh * kw + t];
      }
    }
    return out;
  }
  if (parameter.role === 'denseW') {
    const [o, n] = parameter.shape;
    const [h, w, c] = node.flattenedFrom ?? [1, 1, n];
    const out = new Float32Array(values.length);
    for (let a = 0; a < o; a++) {
      for (let p = 0; p < h * w; p++) {
        for (let k = 0; k < c; k++) out[(p * c + k) * o + a] = values[a * n + k * h * w + p];
      }
    }
    return out;
  }
  return values;
}

const TENSOR_OF_ROLE = {
  convW: 'kernel', denseW: 'kernel', bias: 'bias', gamma: 'gamma', beta: 'beta', mean: 'running_mean', variance: 'running_variance',
};

export default {
  async create({ variant, threads, env, assetBase }) {
    const bytes = await chosenModule(env, assetBase, variant);
    const engine = loadEngine({ bytes });
    return {
      version: engine.describe().version,
      info: { module: engine.module },
      async build(spec, { mode, batch, weights }) {
        const optimizer = OPTIMIZERS[spec.optimizer?.type];
        if (mode !== 'train' && threads > 1) throw new Unsupported('answers on one thread only');
        if (mode === 'train' && !optimizer) throw new Unsupported(`no ${spec.optimizer?.type}`);
        const input = spec.input.length === 3 ? spec.input : [1, 1, spec.input[0]];
        const layers = [{ type: 'input', name: 'input', shape: input }, ...spec.nodes.map(layerOf)];
        if (!spec.layer) layers.push({ type: 'softmax', name: 'probabilities' });
        const net = engine.createNet({ name: spec.name, layers }, { seed: 1 });
        for (const node of spec.nodes) {
          for (const p of node.params) {
            net.setParameter(`${node.id}/${TENSOR_OF_ROLE[p.role]}`, ownLayout(node, p, weights.get(p.key)));
          }
        }
        // ConvNetJS adds l2/batch times the weight to its gradient, not to that of a bias.
        const decay = { weight_decay: (spec.optimizer?.l2 ?? 0) / batch };
        const options = { ...optimizer?.(spec.optimizer), ...decay };
        const trainer = mode === 'train' ? engine.createTrainer(net, null, options) : null;
        const gathered = threads > 1 ? await gatherTeam(env, assetBase, bytes, threads - 1) : null;
        // The team draws its batches from the trainer: here they come from the benchmark.
        let given = null;
        const drawing = trainer && Object.assign(Object.create(trainer), {
          begin: () => trainer.beginOn(given.images, given.labels),
          batch: () => given,
        });
        return {
          layout: 'nhwc',
          notes: [],
          infer: (images) => net.predict(images.nhwc, batch),
          async trainStep(images, labels) {
            given = { images: images.nhwc, labels: Uint8Array.from(labels.index) };
            const step = gathered ? await gathered.team.step(drawing, net, options) : trainer.stepOn(given.images, given.labels);
            return step.loss;
          },
          dispose() {
            gathered?.end();
            trainer?.destroy();
            net.destroy();
          },
        };
      },
    };
  },
};
