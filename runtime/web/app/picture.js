/** Pictures from files, from the clipboard, and from other apps, as pixels. @module */

const LARGEST = 64e6; // pixels of a picture
const SMALLEST = 4; // pixels of a side

/** An error whose message is a key of text.js. */
export class PictureError extends Error {}

/**
 * Draw a picture in a file on a canvas, upright, with its colours as the file has them.
 * @param {Blob} file @param {HTMLCanvasElement} canvas
 * @param {number} longest  side in pixels that is kept
 * @throws {PictureError}
 */
export async function show(file, canvas, longest) {
  const image = new Image();
  image.src = URL.createObjectURL(file);
  try {
    await image.decode();
  } catch {
    throw new PictureError("notPicture");
  } finally {
    URL.revokeObjectURL(image.src);
  }
  const { naturalWidth: width, naturalHeight: height } = image;
  if (width * height > LARGEST) throw new PictureError("tooLarge");
  if (Math.min(width, height) < SMALLEST) throw new PictureError("tooSmall");
  const scale = Math.min(1, longest / Math.max(width, height));
  canvas.width = Math.max(SMALLEST, Math.round(width * scale));
  canvas.height = Math.max(SMALLEST, Math.round(height * scale));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  const raw = await plain(file);
  context.drawImage(raw ?? image, 0, 0, canvas.width, canvas.height);
  raw?.close();
}

/**
 * A picture without its colour profile, which nothing else that reads it looks at; null where the
 * browser cannot.
 */
async function plain(file) {
  try {
    return await createImageBitmap(file, { colorSpaceConversion: "none" });
  } catch {
    return null;
  }
}

/** The first file in what was pasted or dropped that may serve, or null. */
export function fileIn(transfer) {
  const files = [...(transfer?.files ?? [])];
  return files.find((file) => file.type.startsWith("image/")) ?? files[0] ?? null;
}

/** @param {HTMLCanvasElement} canvas */
export function pixelsOf(canvas) {
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

/** What the worker reads of pixels, and what is given away to it. @param {ImageData} image */
export function sent({ data, width, height }) {
  return [{ data, width, height }, [data.buffer]];
}
