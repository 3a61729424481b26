// The small panel with numbers beside the pointer, one for the whole page. It repeats what is announced elsewhere, so
// assistive technology does not see it.

/** @type {HTMLElement | undefined} */
let panel;
/** @type {unknown} */
let owner;

/**
 * @param {unknown} by   who shows it: only the same can hide it
 * @param {{left: number, top: number, right: number, bottom: number}} beside  box in the window that must stay visible
 * @param {{value: string, address?: string, details?: string[], swatch?: string}} content
 */
export function showReadout(by, beside, { value, address, details = [], swatch }) {
  if (!panel) {
    panel = document.createElement('div');
    panel.className = 'readout';
    panel.setAttribute('aria-hidden', 'true');
    document.body.append(panel);
  }
  owner = by;
  const parts = [line('readout-value', value)];
  if (swatch) {
    const dot = line('readout-swatch', '');
    dot.style.background = swatch;
    parts[0].prepend(dot);
  }
  if (address) parts.push(line('readout-address', address));
  for (const detail of details) parts.push(line('readout-detail', detail));
  panel.replaceChildren(...parts);
  panel.hidden = false;

  const { offsetWidth: width, offsetHeight: height } = panel;
  const [w, h] = [document.documentElement.clientWidth, window.innerHeight];
  let x = beside.right + 10;
  if (x + width > w - 4) x = beside.left - width - 10;
  if (x < 4) x = Math.max(4, Math.min(w - width - 4, (beside.left + beside.right - width) / 2));
  let y = beside.top - height - 10;
  if (y < 4) y = beside.bottom + 10;
  if (y + height > h - 4) y = Math.max(4, h - height - 4);
  panel.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
}

/** @param {string} name @param {string} text */
function line(name, text) {
  const element = document.createElement('div');
  element.className = name;
  element.textContent = text;
  return element;
}

/** @param {unknown} by */
export function hideReadout(by) {
  if (panel && owner === by) panel.hidden = true;
}
