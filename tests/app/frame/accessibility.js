// What a page does wrong for people who do not see it well, or only hear it: a list of sentences.
() => {
  const wrong = [], add = (what, element) => wrong.push(element ? `${what}: ${tell(element)}` : what);
  const tell = element => `<${element.tagName.toLowerCase()} class="${String(element.className?.baseVal ?? element.className).slice(0, 60)}"> ${(element.innerText || element.alt || "").trim().slice(0, 50)}`;
  const app = document.querySelector(".stApp");
  const all = selector => [...app.querySelectorAll(selector)].filter(element => !element.closest("dialog:not([open]), .er-ask"));
  const seen = element => element.checkVisibility({ opacityProperty: false, visibilityProperty: true }) && !element.closest("[aria-hidden=true]");

  // Nothing is cut, nothing scrolls sideways.
  const main = document.querySelector(".stMain"), wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > wide || main.scrollWidth > main.clientWidth + 1)
    add(`the page is ${Math.max(document.documentElement.scrollWidth, main.scrollWidth)} px wide in a window of ${wide}`);
  for (const element of all(".stMain *")) {
    const style = getComputedStyle(element), over = element.scrollWidth - element.clientWidth;
    if (/auto|scroll/.test(style.overflowX) && over > 1 && !element.matches("nav, .seen, pre, textarea, .scroll, iframe, [data-testid=stMultiSelect] *")) add(`scrolls ${over} px sideways`, element);
    if (element.children.length || !seen(element) || !element.getClientRects().length) continue;
    const box = element.getBoundingClientRect();
    if (box.width > 1 && box.right > wide + 1 && !element.closest(".er-next, .scroll, nav, .seen, pre")) add(`ends ${Math.round(box.right - wide)} px outside the window`, element);
  }

  // Landmarks and headings.
  if (all("main, [role=main]").filter(seen).length !== 1) add("there is not exactly one main landmark");
  if (!all("nav[aria-label]").length) add("no nav with a name");
  if (!document.documentElement.lang) add("no language");
  if (!app.querySelector("[role=status]")) add("no live region");
  const headings = all("h1, h2, h3, h4, h5, h6").filter(seen).map(element => [+element.tagName[1], element]);
  if (headings.filter(([level]) => level === 1).length !== 1) add("there is not exactly one h1");
  headings.reduce((before, [level, element]) => { if (level > before + 1) add(`h${level} follows h${before}`, element); return level; }, 0);

  // Names of controls and images.
  const text = id => id.split(" ").map(part => document.getElementById(part)?.innerText ?? "").join("").trim();
  const name = element => element.getAttribute("aria-label") || text(element.getAttribute("aria-labelledby") || "") || element.innerText?.trim() ||
    [...(element.labels ?? [])].map(label => label.innerText.trim() || label.getAttribute("aria-label")).join("") || element.title ||
    element.getAttribute("alt") || element.querySelector?.("img[alt]:not([alt=''])")?.alt || element.placeholder;
  for (const element of all("button, a[href], input:not([type=hidden]), select, textarea, [role=button], [role=slider], [role=application], canvas, iframe"))
    if (seen(element) && !name(element)?.trim()) add("has no name", element);
  for (const image of all("img")) if (!image.hasAttribute("alt")) add("has no alternative text", image);
  for (const element of all("[tabindex]")) if (element.tabIndex > 0) add("is taken out of the order of the page", element);

  // Contrast of text against what it lies on.
  const colour = text => {
    const parts = text.match(/-?[\d.]+/g).map(Number), share = text.startsWith("color(srgb") ? 255 : 1;
    return [parts[0] * share, parts[1] * share, parts[2] * share, parts[3] ?? 1];
  };
  const over = (top, below) => [0, 1, 2].map(at => top[at] * top[3] + below[at] * (1 - top[3]));
  const light = rgb => { const [r, g, b] = rgb.map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const contrast = (a, b) => { const [low, high] = [light(a), light(b)].sort((x, y) => x - y); return (high + 0.05) / (low + 0.05); };
  const ground = element => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const style = getComputedStyle(at), behind = colour(style.backgroundColor);
      if (style.backgroundImage !== "none") return null; // a picture or a scale: not text on a plain ground
      if (behind[3] > 0) layers.unshift(behind);
      if (behind[3] === 1) break;
    }
    return layers.reduce((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const words = document.createTreeWalker(app, NodeFilter.SHOW_TEXT), told = new Set();
  for (let node = words.nextNode(); node; node = words.nextNode()) {
    const element = node.parentElement;
    if (!node.textContent.trim() || told.has(element) || !seen(element) || element.closest("dialog:not([open]), style, script, option, [disabled], [aria-disabled=true], .er-unseen, .er-skip, .er-note, [data-testid=stIconMaterial]")) continue;
    if (element.closest("label")?.control?.disabled) continue;
    told.add(element);
    const style = getComputedStyle(element), ink = colour(style.color), behind = ground(element);
    let opacity = 1;
    for (let at = element; at; at = at.parentElement) opacity *= +getComputedStyle(at).opacity;
    if (!behind || ink[3] * opacity < 0.05) continue; // invisible on purpose: the name of a button over a line of a table
    ink[3] *= opacity;
    const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && +style.fontWeight >= 700);
    const found = contrast(over(ink, behind), behind);
    if (found < (large ? 3 : 4.5)) add(`contrast ${found.toFixed(2)}`, element);
  }
  return [...new Set(wrong)];
}
