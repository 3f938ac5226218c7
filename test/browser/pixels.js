/** Measures the parts of a picture. The test sends this file's text into an empty page of the browser. */

// biome-ignore lint/correctness/noUnusedVariables: called by what the test appends to this text.
async function pixels(png, parts) {
  const picture = new Image();
  picture.src = `data:image/png;base64,${png}`;
  await picture.decode();
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.drawImage(picture, 0, 0);
  return parts.map(({ left, top, width, height }) =>
    summed(context.getImageData(left, top, width, height).data),
  );
}

/** Only every third pixel is read, and four numbers are one pixel. */
const STRIDE = 3 * 4;

function summed(data) {
  const counts = new Map();
  let sum = 0;
  for (let at = 0; at < data.length; at += STRIDE) {
    const [red, green, blue] = [data[at], data[at + 1], data[at + 2]];
    const color = (red << 16) | (green << 8) | blue;
    counts.set(color, (counts.get(color) ?? 0) + 1);
    sum += 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }
  const total = Math.ceil(data.length / STRIDE);
  return {
    colors: counts.size,
    /** How much of the part is of one colour. */
    share: Math.max(...counts.values()) / total,
    /** From 0, black, to 255, white. */
    brightness: sum / total,
  };
}
