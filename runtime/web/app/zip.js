/**
 * Files as one .zip, stored as they are: PKWARE's APPNOTE.TXT, without compression.
 * @module
 */

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});
const UTF8 = 0x0800; // names are
const DAY = 0x0021; // 1 January 1980: the same files give the same bytes

/** @param {Uint8Array} content */
export function crc32(content) {
  let c = 0xffffffff;
  for (let i = 0; i < content.length; i++) c = TABLE[(c ^ content[i]) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

/**
 * @param {{name: string, content: Uint8Array}[]} files fewer than 65,535
 * @returns {Blob}
 */
export function zip(files) {
  const parts = [];
  const entries = [];
  let at = 0;
  for (const { name, content } of files) {
    const written = new TextEncoder().encode(name);
    const about = [20, UTF8, 0, 0, DAY];
    const sizes = [crc32(content), content.length, content.length];
    const head = record(0x04034b50, about, sizes, [written.length, 0]);
    parts.push(head, written, content);
    entries.push(record(0x02014b50, [20, ...about], sizes, [written.length, 0, 0, 0, 0], [0, at]), written);
    at += head.length + written.length + content.length;
  }
  const size = entries.reduce((sum, entry) => sum + entry.length, 0);
  const count = files.length;
  const end = record(0x06054b50, [0, 0, count, count], [size, at], [0]);
  return new Blob([...parts, ...entries, end], { type: "application/zip" });
}

/** A signature, then numbers of two bytes and of four in turn. */
function record(signature, ...groups) {
  const bytes = [];
  const put = (value, size) => {
    for (let i = 0; i < size; i++) bytes.push((value / 2 ** (8 * i)) & 255);
  };
  put(signature, 4);
  groups.forEach((group, i) => group.forEach((value) => put(value, i % 2 ? 4 : 2)));
  return Uint8Array.from(bytes);
}
