// Runs an installed npm package: node harness.mjs PACKAGE INPUTS, or `run` in a page.
const TYPES = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  int32: Int32Array,
  float32: Float32Array,
  bool: Uint8Array,
};

/** The outputs as they are stored for all inputs in `content`, an ArrayBuffer, in sequence. */
export function run({ inputs }, network, content, throughViews) {
  const found = [];
  for (let at = 0; at < content.byteLength; ) {
    const given = inputs.map(({ type, count }) => {
      const size = count * TYPES[type].BYTES_PER_ELEMENT;
      at += size;
      return new TYPES[type](content.slice(at - size, at));
    });
    if (throughViews) given.forEach((array, number) => network.input(number).set(array));
    const answers = throughViews ? network.run() : network.run(...given);
    for (const one of Array.isArray(answers) ? answers : [answers]) {
      found.push(...new Uint8Array(one.buffer));
    }
  }
  return Uint8Array.from(found);
}

if (globalThis.process) {
  const { readFileSync } = process.getBuiltinModule("node:fs");
  const [, , name, inputs, way, simd] = process.argv;
  if (simd === "plain") WebAssembly.validate = () => false;
  const network = await import(name);
  const loaded = await network.load();
  if (!loaded.selfTest()) throw new Error("the self-test fails");
  const bytes = readFileSync(inputs);
  const content = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  process.stdout.write(run(network, loaded, content, way === "views"));
}
