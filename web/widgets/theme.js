// Which of the two themes is on screen. CSS follows by itself; canvases ask here.

import { signal } from '@preact/signals-core';

/** @type {import('@preact/signals-core').Signal<boolean> | undefined} */
let systemDark;

/**
 * Reads signals, so that an effect which asks follows a change of the setting and of the system.
 * @param {{theme: {value: 'auto' | 'light' | 'dark'}}} store
 * @returns {import('./colour.js').Theme}
 */
export function themeOf(store) {
  if (!systemDark) {
    const query = matchMedia('(prefers-color-scheme: dark)');
    const dark = signal(query.matches);
    query.addEventListener('change', () => (dark.value = query.matches));
    systemDark = dark;
  }
  const dark = systemDark.value;
  const chosen = store.theme.value;
  return chosen === 'auto' ? (dark ? 'dark' : 'light') : chosen;
}

/** A custom property of the theme, for canvases. @param {Element} element @param {string} name */
export function cssValue(element, name) {
  return getComputedStyle(element).getPropertyValue(name).trim();
}
