// From the table of a net to what the network view shows: one column per stage. A stage is a node with the nodes behind
// it that only reshape or restrict its values; decided by the roles of the catalogue, never by names or types.

/**
 * @typedef {object} LayerSummary  one row of the engine's summary
 * @property {string} name
 * @property {string} type
 * @property {string} role
 * @property {string[]} inputs
 * @property {[number, number, number]} shape
 * @property {number} parameters
 * @property {{name: string, shape: number[], count: number, trainable: boolean}[]} tensors
 * @property {number} macs
 * @property {{size: number[], jump: number[], start: number[]}} [receptive_field]
 * @property {number} activation_bytes
 * @property {Record<string, any>} attributes
 * @property {string} path
 */

/**
 * @typedef {object} Stage
 * @property {string} id        the first node's name
 * @property {number} index
 * @property {LayerSummary[]} nodes  in order; the first gives the stage its name
 * @property {LayerSummary[]} steps  those of the nodes that change values: what the view can show
 * @property {LayerSummary} shown    the last of the steps
 * @property {{stage: number, channels: number}[]} sources  what the first node reads, in its order
 * @property {string} [block]   name of the block of the definition that the stage is a part of, where there is one
 * @property {boolean} [folded] the stage stands for its whole block
 * @property {import('./quantity.js').Picture} [picture]  what its maps are of; else the activations of `shown`
 */

/** Roles that are shown as a step of the node before them instead of as a column of their own. */
const kFolded = new Set(['activation', 'normalization', 'regularization', 'reshape']);
/** Of these, the roles whose output differs in value from their input when the net answers. */
const kVisible = new Set(['activation', 'normalization']);

/**
 * @param {LayerSummary[]} layers  in the order of the net
 * @returns {Stage[]}
 */
export function stagesOf(layers) {
  /** @type {Map<string, number>} */
  const readers = new Map();
  for (const layer of layers) for (const input of layer.inputs) readers.set(input, (readers.get(input) ?? 0) + 1);

  /** @type {Stage[]} */
  const stages = [];
  /** @type {Map<string, Stage>} */
  const home = new Map();
  for (const layer of layers) {
    const before = layer.inputs.length === 1 ? home.get(layer.inputs[0]) : undefined;
    const follows = before?.nodes.at(-1)?.name === layer.inputs[0] && readers.get(layer.inputs[0]) === 1;
    if (before && follows && kFolded.has(layer.role)) {
      before.nodes.push(layer);
      // A map that was flattened is still shown as a map: the order of its values is the same.
      if (kVisible.has(layer.role) && sameShape(layer.shape, before.shown.shape)) {
        before.steps.push(layer);
        before.shown = layer;
      }
      home.set(layer.name, before);
      continue;
    }
    const sources = layer.inputs.map((name) => {
      const from = /** @type {Stage} */ (home.get(name));
      return { stage: from.index, channels: from.shown.shape[2] };
    });
    const stage = { id: layer.name, index: stages.length, nodes: [layer], steps: [layer], shown: layer, sources };
    stages.push(stage);
    home.set(layer.name, stage);
  }
  nameBlocks(stages);
  return stages;
}

/** Stages that one entry of the definition made are a block, called what their names have in common. @param {Stage[]} stages */
function nameBlocks(stages) {
  /** @type {Map<string, Stage[]>} */
  const entries = new Map();
  for (const stage of stages) {
    const entry = stage.nodes[0].path.split('/').slice(0, 3).join('/');
    entries.set(entry, [...(entries.get(entry) ?? []), stage]);
  }
  for (const [entry, members] of entries) {
    if (!entry || members.length < 2) continue;
    const [first, ...others] = members.map(({ id }) => id.split('.'));
    const end = first.findIndex((part, i) => others.some((name) => name[i] !== part));
    for (const stage of members) stage.block = first.slice(0, end).join('.') || entry;
  }
}

/** The name above a column: within a block without the block's. @param {Stage} stage */
export function labelOf({ id, block, folded }) {
  return block && !folded && id.startsWith(`${block}.`) ? id.slice(block.length + 1) : id;
}

/** Names of the blocks, in the order of the net. @param {Stage[]} stages */
export function blocksOf(stages) {
  return [...new Set(stages.flatMap(({ block }) => block ?? []))];
}

/**
 * The stages with some blocks in one column each, which shows what comes out of the block.
 * @param {Stage[]} stages @param {ReadonlySet<string>} folded  names of blocks
 * @returns {Stage[]}
 */
export function foldBlocks(stages, folded) {
  /** @type {Map<number, Stage>} */
  const home = new Map();
  /** @type {Map<string, Stage[]>} */
  const members = new Map();
  for (const stage of stages) if (stage.block) members.set(stage.block, [...(members.get(stage.block) ?? []), stage]);
  /** @type {Stage[]} */
  const result = [];
  for (const stage of stages) {
    const inside = stage.block && folded.has(stage.block) ? (members.get(stage.block) ?? []) : null;
    if (!inside) result.push({ ...stage });
    else if (inside[0] === stage) {
      const { shown } = /** @type {Stage} */ (inside.at(-1));
      const nodes = inside.flatMap(({ nodes: own }) => own);
      result.push({ ...stage, id: /** @type {string} */ (stage.block), nodes, steps: [shown], shown, folded: true });
    }
    const at = inside ? result.find(({ block, folded: whole }) => whole && block === stage.block) : result.at(-1);
    home.set(stage.index, /** @type {Stage} */ (at));
  }
  result.forEach((stage, index) => (stage.index = index));
  for (const stage of result) {
    const own = stage.folded ? (members.get(/** @type {string} */ (stage.block)) ?? []) : [stage];
    const sources = own
      .flatMap((member) => member.sources)
      .map(({ stage: at, channels }) => ({ stage: /** @type {Stage} */ (home.get(at)).index, channels }))
      .filter(({ stage: at }) => at !== stage.index);
    stage.sources = stage.folded
      ? sources.filter(({ stage: at }, i) => sources.findIndex((other) => other.stage === at) === i)
      : sources;
  }
  return result;
}

/** @param {number[]} a @param {number[]} b */
function sameShape(a, b) {
  return a.every((extent, i) => extent === b[i]);
}

/** The stage that has this node, shown or folded. @param {Stage[]} stages @param {string} node */
export function stageOf(stages, node) {
  return stages.find((stage) => stage.nodes.some(({ name }) => name === node));
}

/**
 * Channels of `source` (one of the stages that `stage` reads) which a channel of `stage` is made from.
 * @param {Stage} stage @param {Stage} source @param {number} channel
 * @returns {{from: number, to: number, step: number}}  channels from, from + step, … < to
 */
export function sourceChannels(stage, source, channel) {
  const [node] = stage.nodes;
  const inC = source.shown.shape[2];
  const outC = node.shape[2];
  const all = { from: 0, to: inC, step: 1 };
  if (stage.folded) return all;
  switch (node.role) {
    case 'convolution': {
      const groups = Number(node.attributes.groups ?? 1);
      const per = inC / groups;
      const group = Math.floor(channel / (outC / groups));
      return { from: group * per, to: (group + 1) * per, step: 1 };
    }
    case 'pooling':
      return { from: channel, to: channel + 1, step: 1 };
    case 'merge': {
      if (inC === outC) return { from: channel, to: channel + 1, step: 1 };
      // Side by side: this source's channels stand behind those of the sources before it.
      let offset = 0;
      for (const { stage: before, channels } of stage.sources) {
        if (before === source.index) break;
        offset += channels;
      }
      const own = channel - offset;
      return own >= 0 && own < inC ? { from: own, to: own + 1, step: 1 } : { from: 0, to: 0, step: 1 };
    }
    default:
      return all;
  }
}

/**
 * The window of `source` that a unit of `stage` looks at, from the two receptive fields alone: unit y of a node
 * covers the pixels start + jump·y … + size (Araujo, Norris & Sim 2019), so the difference of two fields is the step
 * between them.
 * @param {LayerSummary} node @param {LayerSummary} source @param {number} row @param {number} column
 * @returns {{row: number, column: number, h: number, w: number}}
 */
export function sourceWindow(node, source, row, column) {
  const [a, b] = [node.receptive_field, source.receptive_field];
  const whole = { row: 0, column: 0, h: source.shape[0], w: source.shape[1] };
  if (!a || !b || node.role === 'dense') return whole;
  const along = (/** @type {number} */ axis, /** @type {number} */ at) => ({
    start: Math.round((a.start[axis] + a.jump[axis] * at - b.start[axis]) / b.jump[axis]),
    size: Math.round((a.size[axis] - b.size[axis]) / b.jump[axis]) + 1,
  });
  const [y, x] = [along(0, row), along(1, column)];
  return { row: y.start, column: x.start, h: y.size, w: x.size };
}
