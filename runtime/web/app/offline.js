/** The page without a network, and what happens when another version is deployed. @module */

import { $ } from "./dom.js";
import { text } from "./text.js";

/** Say whether there is a network, now and whenever that changes. */
export function watchConnection() {
  for (const change of ["online", "offline"]) addEventListener(change, showConnection);
  showConnection();
}

export function showConnection() {
  $("offline").textContent = navigator.onLine ? text.online : text.offline;
}

/**
 * Let the service worker keep the page. A new version waits until it is taken: at once where nobody
 * looks at anything, else when somebody says so.
 * @param {{busy: () => boolean, leave: () => void}} page  whether something must not be taken away;
 *   `leave` is called before the page is loaded again
 */
export async function keepOffline({ busy, leave }) {
  const { serviceWorker } = navigator;
  if (!serviceWorker) return; // no secure context, or switched off: the page works online
  let controlled = Boolean(serviceWorker.controller);
  serviceWorker.addEventListener("controllerchange", () => {
    if (controlled) {
      leave();
      location.reload();
    }
    controlled = true; // the first worker of a first visit: nothing is new
  });
  const registration = await serviceWorker.register("sw.js", { updateViaCache: "none" });
  const offer = () => {
    if (!registration.waiting || !controlled) return;
    if (busy()) $("update").hidden = false;
    else registration.waiting.postMessage("take");
  };
  $("reload").addEventListener("click", () => {
    if (registration.waiting) registration.waiting.postMessage("take");
    else location.reload();
  });
  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", offer);
  });
  offer();
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) registration.update().catch(() => {}); // offline: another time
  });
}

/** What another app shared with this one, or null. @returns {Promise<File | null>} */
export async function shared() {
  if (!("caches" in window) || !location.search.includes("shared")) return null;
  history.replaceState(null, "", "./");
  const cache = await caches.open("thimble-shared");
  const response = await cache.match("./share");
  if (!response) return null;
  await cache.delete("./share");
  const name = decodeURIComponent(response.headers.get("X-Name") ?? "");
  return new File([await response.blob()], name, { type: response.headers.get("Content-Type") ?? "" });
}
