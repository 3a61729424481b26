// A definition as the text in the editor: written so that a net reads like a list, read back, and understood in
// ConvNetJS's notation as well.

/** @typedef {import('./draft.js').Definition} Definition */

/** A text as a definition that blocks can show; null: it is none. @param {string} text */
export function parsed(text) {
  try {
    const definition = JSON.parse(text);
    const { layers } = definition;
    return Array.isArray(layers) && layers.every((layer) => typeof layer?.type === 'string') ? definition : null;
  } catch {
    return null;
  }
}

/** One layer a line: a net reads like a list. @param {any} definition */
export function definitionText(definition) {
  if (!definition) return '';
  const list = 'layer_defs' in definition ? 'layer_defs' : 'layers';
  const { [list]: layers = [], ...head } = definition;
  const lines = Object.entries(head).map(([key, value]) => `  ${JSON.stringify(key)}: ${spaced(value)},`);
  const rows = layers.map((/** @type {any} */ layer) => `    ${spaced(layer)}`);
  return `{\n${lines.join('\n')}${lines.length ? '\n' : ''}  "${list}": [\n${rows.join(',\n')}\n  ]\n}`;
}

/** JSON on one line with a space after each comma and colon. @param {any} value @returns {string} */
function spaced(value) {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}: ${spaced(member)}`);
  return `{ ${members.join(', ')} }`;
}

/**
 * What an error talks about, in the text: the line of a syntax error, or the layer of a path like /layers/2/kernel.
 * @param {string} text
 * @param {{path: string, line: number}} error
 */
export function placeOf(text, { path, line }) {
  const lines = text.split('\n');
  const before = (/** @type {number} */ count) => lines.slice(0, count).reduce((sum, each) => sum + each.length + 1, 0);
  if (line) return { start: before(line - 1), end: before(line - 1) + (lines[line - 1]?.length ?? 0) };
  // A list on its own is in ConvNetJS's notation.
  const layer = /^(?:\/(layers|layer_defs))?\/(\d+)/.exec(path);
  if (!layer) return null;
  // Braces are counted outside strings: the nth object of the list begins where the depth rises from its level.
  const list = (layer[1] ? new RegExp(`"${layer[1]}"\\s*:\\s*\\[`) : /\[/).exec(text);
  if (!list) return null;
  let depth = 0;
  let index = -1;
  let inString = false;
  let start = 0;
  for (let at = list.index + list[0].length; at < text.length; at++) {
    const character = text[at];
    if (character === '"' && text[at - 1] !== '\\') inString = !inString;
    if (inString) continue;
    if (character === '{' && depth++ === 0 && ++index === Number(layer[2])) start = at;
    if (character === '}' && --depth === 0 && index === Number(layer[2])) return { start, end: at + 1 };
    if (depth < 0) break;
  }
  return null;
}

/** Whether a text is a net in ConvNetJS's notation (Karpathy 2014), which blocks cannot show. @param {string} text */
export function isConvNetJs(text) {
  try {
    const value = JSON.parse(text);
    return Array.isArray(value) || 'layer_defs' in value;
  } catch {
    return false;
  }
}

/**
 * The list in a piece of ConvNetJS script, as its pages show nets: `layer_defs.push({type:'conv', sx:5});` or
 * `layer_defs = [{…}]`. Nothing is run: only names, numbers, words and plain lists are read.
 * @param {string} script
 * @returns {{layer_defs: any[]} | null}  null: it is not such a script
 */
export function fromScript(script) {
  if (!/\blayer_defs\b/.test(script) || isConvNetJs(script)) return null;
  const code = script.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '');
  const objects = code.match(/\{[^{}]*\}/g) ?? [];
  try {
    const layers = objects.map((object) =>
      JSON.parse(
        object
          .replace(/'([^'"\\]*)'/g, '"$1"')
          .replace(/([{,]\s*)([A-Za-z_$][\w$]*)\s*:/g, '$1"$2":')
          .replace(/,\s*\}/g, '}'),
      ),
    );
    return layers.length ? { layer_defs: layers } : null;
  } catch {
    return null;
  }
}

/**
 * What a net became, as a definition in our own notation: the layers of the engine's table with all that they were
 * given, but not with what they have anyway.
 * @param {any} summary
 * @param {{layers: {type: string, fields: import('../../wasm/js/types.js').Field[]}[]}} catalogue
 * @returns {Definition}
 */
export function fromSummary(summary, catalogue) {
  const layers = summary.layers.map((/** @type {any} */ { type, name, inputs, attributes }, /** @type {number} */ i) => {
    const fields = catalogue.layers.find((kind) => kind.type === type)?.fields ?? [];
    const usual = (/** @type {string} */ key) => fields.find((field) => field.key === key && !field.required)?.default;
    const own = Object.entries(attributes).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(usual(key)));
    const follows = i === 0 || (inputs.length === 1 && inputs[0] === summary.layers[i - 1].name);
    return { type, name, ...(follows ? {} : { inputs }), ...Object.fromEntries(own) };
  });
  return { name: summary.name, layers };
}
