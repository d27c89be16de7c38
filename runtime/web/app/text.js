/** What the page says, in the browser's language. */

const ENGLISH = {
  tagline: "Digits, read on this device",
  source: "Where the digit comes from",
  draw: "Draw",
  camera: "Camera",
  picture: "Picture",
  padHelp: "Drawing pad. Arrow keys move, space puts the pen down or up.",
  shown: "The picture",
  drawHint: "Draw a digit",
  cameraHint: "Point the camera at digits",
  pictureHint: "Open, paste or drop a picture",
  undo: "Undo",
  clear: "Clear",
  freeze: "Hold still",
  open: "Open a picture",
  paste: "or paste one, or drop it here",
  examples: "Examples",
  example: (digit) => `Example of a ${digit}`,
  answer: "Answer",
  sure: (percent) => `${percent} sure`,
  unsure: (percent) => `not sure: ${percent}. Is it a digit?`,
  touching: (percent) => `not sure: ${percent}. Two digits that touch?`,
  several: (count, doubts) =>
    `${count} digits${doubts ? `, not sure of ${doubts}` : ""}; the details are of the marked one`,
  nothing: "There is nothing to read in it. Draw or show a digit.",
  inside: "Inside",
  seen: "The 28 by 28 pixels that the network sees",
  map: (block, count, height, width) =>
    `Block ${block}: ${count} feature maps of ${height} by ${width}`,
  network: "Network",
  perInference: "one inference",
  size: "download",
  kilobytes: (value) => `${value} KB`,
  milliseconds: (value) => `${value} ms`,
  microseconds: (value) => `${value} µs`,
  hash: "sha256",
  instructions: "runs as",
  simd: "WebAssembly with SIMD",
  plain: "WebAssembly without SIMD",
  online: "Nothing that you draw or show leaves this device.",
  offline: "Offline now. Nothing that you draw or show leaves this device.",
  updated: "A new model is here.",
  reload: "Take it",
  notPicture: "This is not a picture that the browser can open. Try a PNG or JPEG.",
  tooLarge: "This picture has more than 64 megapixels. Scale it down.",
  tooSmall: "This picture is too small to show a digit.",
  noCamera: "No camera was found. Draw a digit, or open a picture.",
  denied: "The camera is not allowed. Allow it in the browser's settings for this page.",
  insecure: "Browsers allow the camera only over https. Draw a digit, or open a picture.",
  refused: "This network cannot be loaded or is not what was published. The one before stays.",
  broken: "The network cannot be loaded. Connect, and load the page again.",
};

const FRENCH = {
  tagline: "Des chiffres, lus sur cet appareil",
  source: "D’où vient le chiffre",
  draw: "Dessiner",
  camera: "Caméra",
  picture: "Image",
  padHelp: "Zone de dessin. Les flèches déplacent, espace pose ou lève le stylo.",
  shown: "L’image",
  drawHint: "Dessinez un chiffre",
  cameraHint: "Visez des chiffres",
  pictureHint: "Ouvrez, collez ou déposez une image",
  undo: "Annuler",
  clear: "Effacer",
  freeze: "Figer",
  open: "Ouvrir une image",
  paste: "ou collez-la, ou déposez-la ici",
  examples: "Exemples",
  example: (digit) => `Exemple de ${digit}`,
  answer: "Réponse",
  sure: (percent) => `sûr à ${percent}`,
  unsure: (percent) => `pas sûr : ${percent}. Est-ce un chiffre ?`,
  touching: (percent) => `pas sûr : ${percent}. Deux chiffres qui se touchent ?`,
  several: (count, doubts) =>
    `${count} chiffres${doubts ? `, dont ${doubts} pas sûr(s)` : ""} ; les détails sont ceux du chiffre marqué`,
  nothing: "Il n’y a rien à lire. Dessinez ou montrez un chiffre.",
  inside: "À l’intérieur",
  seen: "Les 28 pixels sur 28 que voit le réseau",
  map: (block, count, height, width) =>
    `Bloc ${block} : ${count} cartes de ${height} sur ${width}`,
  network: "Réseau",
  perInference: "une inférence",
  size: "téléchargement",
  kilobytes: (value) => `${value} Ko`,
  milliseconds: (value) => `${value} ms`,
  microseconds: (value) => `${value} µs`,
  hash: "sha256",
  instructions: "s’exécute en",
  simd: "WebAssembly avec SIMD",
  plain: "WebAssembly sans SIMD",
  online: "Rien de ce que vous dessinez ou montrez ne quitte cet appareil.",
  offline: "Hors ligne. Rien de ce que vous dessinez ou montrez ne quitte cet appareil.",
  updated: "Un nouveau modèle est arrivé.",
  reload: "L’utiliser",
  notPicture: "Ce n’est pas une image que le navigateur peut ouvrir. Essayez un PNG ou un JPEG.",
  tooLarge: "Cette image a plus de 64 mégapixels. Réduisez-la.",
  tooSmall: "Cette image est trop petite pour montrer un chiffre.",
  noCamera: "Aucune caméra trouvée. Dessinez un chiffre ou ouvrez une image.",
  denied: "La caméra n’est pas autorisée. Autorisez-la dans les réglages du navigateur.",
  insecure: "Les navigateurs n’ouvrent la caméra qu’en https. Dessinez, ou ouvrez une image.",
  refused: "Ce réseau ne peut être chargé ou n’est pas celui publié. Le précédent reste.",
  broken: "Le réseau ne peut être chargé. Connectez-vous et rechargez la page.",
};

const french = navigator.language.toLowerCase().startsWith("fr");

export const language = french ? "fr" : "en";
export const text = french ? FRENCH : ENGLISH;

/** Put the texts into the elements that name them. */
export function translate() {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-text]")) {
    element.textContent = text[element.dataset.text];
  }
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", text[element.dataset.label]);
  }
}

const percents = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 });
const numbers = new Intl.NumberFormat(language, { maximumSignificantDigits: 2 });

/** A share of 0 to 1 as the language writes it; no network is wholly sure. */
export const percent = (share) => percents.format(Math.min(share, 0.999));

/** A number with two significant digits. */
export const rounded = (value) => numbers.format(value);
