// Keeps things in the browser where that is allowed, else in memory until the page closes. Never throws.

import { createStore as createTable, del, get, set } from 'idb-keyval';

/**
 * @typedef {object} Storage
 * @property {(key: string) => Promise<any>} get
 * @property {(key: string, value: any) => Promise<boolean>} set  whether it will outlive the page
 * @property {(key: string) => Promise<void>} remove
 */

/** @returns {Storage} */
export function createStorage() {
  /** @type {Map<string, any>} */
  const memory = new Map();
  /** @type {ReturnType<typeof createTable> | null} */
  let table = null;
  try {
    table = createTable('cnn-playground', 'kept');
  } catch {
    // Access throws in frames whose storage is blocked.
  }
  return {
    async get(key) {
      if (memory.has(key) || !table) return memory.get(key);
      try {
        return await get(key, table);
      } catch {
        return undefined;
      }
    },
    async set(key, value) {
      try {
        if (!table) throw new Error('denied');
        await set(key, value, table);
        memory.delete(key);
        return true;
      } catch {
        memory.set(key, value);
        return false;
      }
    },
    async remove(key) {
      memory.delete(key);
      try {
        if (table) await del(key, table);
      } catch {
        // What cannot be reached is not kept either.
      }
    },
  };
}
