/** Pictures from files, from the clipboard, and from the camera, as pixels. */

const LONGEST = 1024; // pixels of a side that are kept
const LARGEST = 64e6; // pixels of a picture
const SMALLEST = 4; // pixels of a side

/** An error whose message is a key of text.js. */
export class PictureError extends Error {}

/**
 * Draw a picture in a file on a canvas, upright.
 * @param {Blob} file @param {HTMLCanvasElement} canvas
 * @throws {PictureError}
 */
export async function show(file, canvas) {
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
  const scale = Math.min(1, LONGEST / Math.max(width, height));
  canvas.width = Math.max(SMALLEST, Math.round(width * scale));
  canvas.height = Math.max(SMALLEST, Math.round(height * scale));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
}

/** The first picture in what was pasted or dropped, or null. @param {DataTransfer} transfer */
export function pictureIn(transfer) {
  return [...(transfer?.files ?? [])].find((file) => file.type.startsWith("image/")) ?? null;
}

/** @param {HTMLCanvasElement} canvas */
export function pixelsOf(canvas) {
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return context.getImageData(0, 0, canvas.width, canvas.height);
}
