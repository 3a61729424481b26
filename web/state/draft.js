// A definition while it is edited as blocks: every function gives a new definition and leaves the old one alone, so that
// undo is a list of them.

/** @typedef {{type: string, name?: string, inputs?: string[], [attribute: string]: any}} Layer */
/** @typedef {{layers: Layer[], [key: string]: any}} Definition */

/** @param {Definition} definition @param {Layer[]} layers */
const withLayers = (definition, layers) => ({ ...definition, layers });

/**
 * A name of this type that no layer has.
 * @param {Definition} definition @param {string} type
 */
export function freeName({ layers }, type) {
  const taken = new Set(layers.map(({ name }) => name));
  for (let n = 1; ; n++) if (!taken.has(`${type}${n}`)) return `${type}${n}`;
}

/**
 * A new layer behind the one at `index`, with what its type demands.
 * @param {Definition} definition @param {number} index
 * @param {{type: string, fields: import('../../wasm/js/types.js').Field[]}} kind  of the catalogue
 */
export function addLayer(definition, index, { type, fields }) {
  const demanded = fields.filter((field) => field.required).map((field) => [field.key, firstValue(field)]);
  const layer = { type, name: freeName(definition, type), ...Object.fromEntries(demanded) };
  return withLayers(definition, [...definition.layers.slice(0, index + 1), layer, ...definition.layers.slice(index + 1)]);
}

/** Something that the field allows. @param {import('../../wasm/js/types.js').Field} field */
function firstValue({ kind, least = 0, most = Infinity, choices, default: value }) {
  const inside = (/** @type {number} */ wanted) => Math.max(least, Math.min(most, wanted));
  if (kind === 'choice') return value ?? choices?.[0];
  if (typeof value === 'number' && value >= least && value <= most && value !== 0) return value;
  if (kind === 'integer') return inside(16);
  if (kind === 'extent') return inside(2);
  if (kind === 'integers') return [1, 1, inside(16)]; // the only lists are shapes
  return value ?? inside(1);
}

/**
 * Without the layer; who read it by name reads what it read.
 * @param {Definition} definition @param {number} index
 */
export function removeLayer(definition, index) {
  const { layers } = definition;
  const { name, inputs } = layers[index];
  const before = inputs ?? (index > 0 && layers[index - 1].name ? [/** @type {string} */ (layers[index - 1].name)] : []);
  const rest = layers
    .filter((_, i) => i !== index)
    .map((layer) => {
    if (!name || !layer.inputs?.includes(name)) return layer;
    return { ...layer, inputs: [...new Set(layer.inputs.flatMap((each) => (each === name ? before : [each])))] };
  });
  return withLayers(definition, rest);
}

/** @param {Definition} definition @param {number} from @param {number} to */
export function moveLayer(definition, from, to) {
  const layers = definition.layers.slice();
  layers.splice(to, 0, ...layers.splice(from, 1));
  return withLayers(definition, layers);
}

/**
 * An attribute; undefined takes it out. A new name is followed by whoever reads the layer.
 * @param {Definition} definition @param {number} index @param {string} key @param {any} value
 */
export function setAttribute(definition, index, key, value) {
  const { [key]: before, ...others } = definition.layers[index];
  const changed = value === undefined ? others : { ...definition.layers[index], [key]: value };
  const layers = definition.layers.map((layer, i) => (i === index ? /** @type {Layer} */ (changed) : layer));
  if (key !== 'name' || !before) return withLayers(definition, layers);
  return withLayers(
    definition,
    layers.map((layer) =>
      layer.inputs?.includes(before)
        ? { ...layer, inputs: layer.inputs.map((each) => (each === before ? value : each)) }
        : layer,
    ),
  );
}

/** Which layer a path of the engine (/layers/2/kernel) is about; −1: none. @param {string} path */
export function layerOfPath(path) {
  return Number(/^\/layers\/(\d+)/.exec(path)?.[1] ?? -1);
}
