/**
 * Keeps the page for when there is no network. A version is taken whole or not at all: when a file
 * cannot be fetched or is not what was published, the version before stays.
 */
importScripts("version.js");
/* global VERSION, FILES, LATER -- FILES and LATER: the sha256 of each file, by its name */

const CACHE = `thimble-${VERSION}`;

self.addEventListener("install", (event) => {
  event.waitUntil(keepAll());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(takeOver());
});

self.addEventListener("fetch", (event) => {
  if (event.request.method === "GET") event.respondWith(answer(event.request));
});

async function keepAll() {
  const chosen = await chosenBefore();
  const cache = await caches.open(CACHE);
  try {
    const wanted = Object.entries({ ...FILES, ...chosen });
    await Promise.all(wanted.map(([name, integrity]) => keep(cache, name, integrity)));
  } catch (error) {
    await caches.delete(CACHE);
    throw error;
  }
  await self.skipWaiting();
}

/** Those of LATER that an earlier version had been asked for: "base.simd" of base.simd.1234.wasm. */
async function chosenBefore() {
  const kind = (name) => name.split(".").slice(0, 2).join(".");
  const kept = new Set();
  for (const name of await caches.keys()) {
    const cache = name.startsWith("thimble-") ? await caches.open(name) : null;
    for (const { url } of (await cache?.keys()) ?? []) kept.add(kind(nameIn(url)));
  }
  return Object.fromEntries(Object.entries(LATER).filter(([name]) => kept.has(kind(name))));
}

const nameIn = (url) => new URL(url).pathname.split("/").pop();

async function keep(cache, name, integrity) {
  const response = await fetch(name, { integrity, cache: "no-cache" });
  if (!response.ok) throw new TypeError(`${name}: ${response.status}`);
  await cache.put(name, response);
}

async function takeOver() {
  for (const name of await caches.keys()) {
    if (name.startsWith("thimble-") && name !== CACHE) await caches.delete(name);
  }
  await self.clients.claim();
}

async function answer(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request, { ignoreSearch: true });
  if (kept) return kept;
  if (request.mode === "navigate") return (await cache.match("./")) ?? fetch(request);
  const response = await fetch(request);
  if (response.ok && nameIn(request.url) in LATER) await cache.put(request, response.clone());
  return response;
}
