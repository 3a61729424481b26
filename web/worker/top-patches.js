// The pictures of a data set that excite a channel most: the engine looks at slices, so that other messages and training go on
// between them; here only the best of each slice are kept.

const kSliceMs = 8;

/**
 * @param {object} parts
 * @param {any} parts.net  of the bindings, like the set
 * @param {any} parts.set
 * @param {any} parts.query  a Query: node, channel, count, images (the first so many of those that have arrived)
 * @param {() => number} parts.now
 * @returns {Promise<import('../../wasm/js/explain-types.js').TopPatchesAnswer>}
 */
export async function topPatches({ net, set, query, now }) {
  const { count = 16, images = 1000 } = query;
  const end = Math.min(images, set.count);
  /** @type {any} */
  let best = null;
  let size = 1;
  for (let from = 0; from < end || !best; ) {
    const begin = now();
    const slice = { ...query, about: 'top_patches', count, from, images: Math.max(1, Math.min(size, end - from)) };
    const { answer } = net.explain(slice, set);
    const patches = [...(best?.patches ?? []), ...answer.patches].sort((a, b) => b.value - a.value).slice(0, count);
    best = { ...answer, patches };
    from = answer.next;
    size = Math.max(1, Math.round((slice.images * kSliceMs) / Math.max(now() - begin, 0.1)));
    if (!answer.patches.length) break;
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  return { node: best.node, channel: best.channel, images: best.next, patches: best.patches };
}
