/** Measures a page from inside it. The test sends this file's text into the browser. */

// biome-ignore lint/correctness/noUnusedVariables: called by what the test appends to this text.
function measure() {
  const { scrollWidth, clientWidth, scrollHeight } = document.documentElement;
  const all = [...document.body.querySelectorAll('*')];
  const outside = all.filter((element) => !element.closest('svg'));
  const drawings = [...document.querySelectorAll('svg')];
  return {
    scrollWidth,
    clientWidth,
    scrollHeight,
    scripts: document.scripts.length,
    overflowing: [
      ...outside.filter((element) => overflows(element, clientWidth)).map(shortName),
      ...drawings.flatMap(strayTexts),
    ],
    drawings: drawings.map((drawing) => {
      const { left, top, width, height } = drawing.getBoundingClientRect();
      return { left, top: top + scrollY, width, height };
    }),
    texts: textsWithContrast(),
  };
}

function overflows(element, viewport) {
  const { left, right, width } = element.getBoundingClientRect();
  if (width > 0 && (left < -0.5 || right > viewport + 0.5)) return true;
  const { display, overflowX } = getComputedStyle(element);
  if (display === 'inline' || overflowX === 'auto') return false;
  return (
    element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1
  );
}

function shortName(element) {
  const look = element.getAttribute('class');
  return `${element.localName}${look ? `.${look}` : ''} ${element.textContent.slice(0, 40)}`;
}

/** Texts of a drawing that extend beyond it, or beyond their box. */
function strayTexts(drawing) {
  return [...drawing.querySelectorAll('text')]
    .filter((text) => {
      const inner = text.getBoundingClientRect();
      const outer = (shapeBehind(text) ?? drawing).getBoundingClientRect();
      const inside =
        inner.left >= outer.left - 0.5 &&
        inner.right <= outer.right + 0.5 &&
        inner.top >= outer.top - 0.5 &&
        inner.bottom <= outer.bottom + 0.5;
      return !inside;
    })
    .map(shortName);
}

/** The uppermost shape below the middle of a text. */
function shapeBehind(text) {
  const { left, right, top, bottom } = text.getBoundingClientRect();
  const [x, y] = [(left + right) / 2, (top + bottom) / 2];
  return [...text.ownerSVGElement.querySelectorAll('rect')].findLast((shape) => {
    const box = shape.getBoundingClientRect();
    const below = shape.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING;
    return below && box.left <= x && x <= box.right && box.top <= y && y <= box.bottom;
  });
}

/** Every visible text, with its contrast to the background, as WCAG 2 computes it. */
function textsWithContrast() {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (node.data.trim() === '' || element.getBoundingClientRect().width === 0) continue;
    const style = getComputedStyle(element);
    const front = colorOf(element.ownerSVGElement ? style.fill : style.color);
    found.push({ text: node.data.trim(), contrast: contrast(front, backgroundOf(element)) });
  }
  return found;
}

function backgroundOf(element) {
  const shape = element.ownerSVGElement ? shapeBehind(element) : undefined;
  if (shape) return colorOf(getComputedStyle(shape).fill);
  for (let each = element; each; each = each.parentElement) {
    const color = colorOf(getComputedStyle(each).backgroundColor);
    if (color.alpha === 1) return color;
  }
  throw new Error('The page has no background of its own.');
}

function colorOf(text) {
  const [red, green, blue, alpha = 1] = text.match(/[\d.]+/g).map(Number);
  return { red, green, blue, alpha };
}

function contrast(front, back) {
  const [dark, bright] = [luminance(front), luminance(back)].sort((a, b) => a - b);
  return (bright + 0.05) / (dark + 0.05);
}

function luminance({ red, green, blue }) {
  const [r, g, b] = [red, green, blue].map((value) => {
    const share = value / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
