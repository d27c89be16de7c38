/** What was collected, kept by the browser until it is deleted here. @module */

const NAME = "thimble-collected";
const ITEMS = "items";

/**
 * @typedef {{key?: number, kind: "camera" | "motion", name: string, blob: Blob}} Item
 */

/** @returns {Promise<any>} the result of a request to IndexedDB */
function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function open(mode) {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(ITEMS, { keyPath: "key", autoIncrement: true });
  const base = await done(request);
  return base.transaction(ITEMS, mode).objectStore(ITEMS);
}

/** All that is kept, in its order. @returns {Promise<Item[]>} */
export const all = async () => done((await open("readonly")).getAll());

/** Keep one more; its key. @param {Item} item */
export const add = async (item) => done((await open("readwrite")).add(item));

/** @param {number} key */
export const remove = async (key) => done((await open("readwrite")).delete(key));
