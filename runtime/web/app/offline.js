/** The page without a network, and what happens when another version is deployed. */

import { text } from "./text.js";

const $ = (id) => document.getElementById(id);

/** Say whether there is a network, now and whenever that changes. */
export function watchConnection() {
  const show = () => {
    $("offline").textContent = navigator.onLine ? text.online : text.offline;
  };
  for (const change of ["online", "offline"]) addEventListener(change, show);
  show();
}

/**
 * Let the service worker keep the page, and take a new version when there is one.
 * @param {() => boolean} busy  whether somebody looks at something that must not be taken away
 */
export async function keepOffline(busy) {
  const { serviceWorker } = navigator;
  if (!serviceWorker) return; // no secure context, or switched off: the page works online
  let controlled = Boolean(serviceWorker.controller);
  serviceWorker.addEventListener("controllerchange", () => {
    if (!controlled) { // the first worker of a first visit: nothing is new
      controlled = true;
      return;
    }
    if (busy()) $("update").hidden = false;
    else location.reload();
  });
  $("reload").addEventListener("click", () => location.reload());
  const registration = await serviceWorker.register("sw.js", { updateViaCache: "none" });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) registration.update().catch(() => {}); // offline: another time
  });
}
