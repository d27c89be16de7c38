/**
 * Keeps the page for when there is no network. A version is taken whole or not at all: when a file
 * cannot be fetched or is not what was published, the version before stays.
 */
importScripts("version.js");
/* global VERSION, FILES, LATER -- FILES and LATER: the sha256 of each file, by its name */

const CACHE = `thimble-${VERSION}`;
const SHARED = "thimble-shared"; // what another app shares, until the page takes it

/** What the page's own policy does not reach: workers obey the headers that they come with. */
const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";

self.addEventListener("install", (event) => {
  event.waitUntil(keepAll());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(takeOver());
});

self.addEventListener("message", ({ data }) => {
  if (data === "take") void self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method === "GET") event.respondWith(answer(request));
  else if (request.method === "POST" && nameIn(request.url) === "share") event.respondWith(take(request));
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
}

/** The caches of all versions that are there. */
const versions = async () =>
  (await caches.keys()).filter((name) => name.startsWith("thimble-") && name !== SHARED);

/** Those of LATER that an earlier version had been asked for: "base.simd" of base.simd.1234.wasm. */
async function chosenBefore() {
  const kind = (name) => name.split(".").slice(0, -2).join(".");
  const kept = new Set();
  for (const name of await versions()) {
    const cache = await caches.open(name);
    for (const { url } of await cache.keys()) kept.add(kind(nameIn(url)));
  }
  return Object.fromEntries(Object.entries(LATER).filter(([name]) => kept.has(kind(name))));
}

const nameIn = (url) => decodeURIComponent(new URL(url).pathname.split("/").pop());

async function keep(cache, name, integrity) {
  const response = await fetch(name, { integrity, cache: "no-cache" });
  if (!response.ok) throw new TypeError(`${name}: ${response.status}`);
  await cache.put(name, name === "worker.js" ? confined(response) : response);
}

function confined(response) {
  const headers = new Headers(response.headers);
  headers.set("Content-Security-Policy", POLICY);
  return new Response(response.body, { headers });
}

/** Versions before are deleted once no page is open that may still ask for their files. */
async function takeOver() {
  const open = await self.clients.matchAll({ includeUncontrolled: true, type: "window" });
  if (open.length <= 1) {
    for (const name of await versions()) if (name !== CACHE) await caches.delete(name);
  }
  await self.clients.claim();
}

async function answer(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request, { ignoreSearch: true });
  if (kept) return kept;
  if (request.mode === "navigate") return (await cache.match("./")) ?? fetch(request);
  const before = await earlier(request);
  if (before) return before;
  const response = await fetch(request);
  if (response.ok && nameIn(request.url) in LATER) await cache.put(request, response.clone());
  return response;
}

/** A network that only an earlier version has, for a page that is of it. */
async function earlier(request) {
  if (!request.url.endsWith(".wasm")) return undefined;
  for (const name of await versions()) {
    const found = await (await caches.open(name)).match(request, { ignoreSearch: true });
    if (found) return found;
  }
  return undefined;
}

/** Another app shares a file: the page that opens takes it. */
async function take(request) {
  const file = (await request.formData()).get("file");
  if (file instanceof File) {
    const headers = { "Content-Type": file.type, "X-Name": encodeURIComponent(file.name) };
    await (await caches.open(SHARED)).put("./share", new Response(file, { headers }));
  }
  return Response.redirect("./?shared", 303);
}
