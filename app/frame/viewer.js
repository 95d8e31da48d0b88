// The viewer of every image: zoom, pan, brightness, and a Grad-CAM map that is slid over the image.
// Click on an image, on the corner that appears over a tile, or press + to open it. Its parts are in viewer.html.
(() => {
  if (window.errataViewer) return;
  window.errataViewer = {};
  const MOST = 40, LEAST = 0.5, STEP = 1.25, CLOSER = 3; // zoom: 1 = the image fits the window
  const SCOPES = ".er-predicted, .image-row"; // parts of a page that show an image and its maps; else the page is
  const MAIN = ".er-look > img, .er-image > img, .er-pin > img, img.er-shown"; // the image that a screen is about
  const MAPS = ".er-opinion figure img, .er-card figure img, .seen img";
  const DRAWINGS = ".er-chart img, .er-next, img.interval, img.curves, img.reliability, .er-viewer img";
  const viewable = image => image instanceof HTMLImageElement && image.closest(".stHtml") && !image.matches(DRAWINGS);
  const typing = element => /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName) || element.isContentEditable;

  let box = null, stage, paper, image, over, opener = null, list = [], maps = [];
  let zoom = 1, x = 0, y = 0, brightness = 100; // x, y: of the image's centre from the stage's, in px
  const pointers = new Map(); // those that are down: place of each
  let pinch = 0;
  const part = name => box.querySelector(name);
  const setting = name => part(`[data-set=${name}]`);

  function build() {
    const found = document.querySelector("dialog.er-viewer");
    if (!found || found === box) return;
    box = found;
    [stage, paper] = [part(".er-view-stage"), part(".er-view-paper")];
    paper.append((image = new Image()), (over = new Image())); // the map over the image
    over.alt = "";
    image.onload = draw;
    box.addEventListener("click", event => actions[event.target.closest("[data-do]")?.dataset.do]?.());
    box.addEventListener("input", read);
    box.addEventListener("close", () => { pointers.clear(); opener?.focus?.({ preventScroll: true }); });
    stage.addEventListener("wheel", event => {
      event.preventDefault();
      zoomBy(Math.exp(-Math.sign(event.deltaY) * Math.min(120, Math.abs(event.deltaY)) * 0.0022), ...place(event));
    }, { passive: false });
    stage.addEventListener("dblclick", event => (zoom > 1.01 ? fit() : zoomBy(CLOSER, ...place(event))));
    stage.addEventListener("pointerdown", event => {
      stage.setPointerCapture(event.pointerId);
      pointers.set(event.pointerId, place(event));
    });
    stage.addEventListener("pointermove", drag);
    for (const end of ["pointerup", "pointercancel"])
      stage.addEventListener(end, event => { pointers.delete(event.pointerId); pinch = 0; });
    new ResizeObserver(draw).observe(stage);
  }

  function place(event) { // from the middle of the stage
    const area = stage.getBoundingClientRect();
    return [event.clientX - area.left - area.width / 2, event.clientY - area.top - area.height / 2];
  }

  function drag(event) {
    if (!pointers.has(event.pointerId)) return;
    const [px, py] = place(event), [fromX, fromY] = pointers.get(event.pointerId);
    pointers.set(event.pointerId, [px, py]);
    if (pointers.size === 1) { x += px - fromX; y += py - fromY; return draw(); }
    const [[ax, ay], [bx, by]] = [...pointers.values()], apart = Math.hypot(ax - bx, ay - by);
    if (pinch) zoomBy(apart / pinch, (ax + bx) / 2, (ay + by) / 2);
    pinch = apart;
  }

  const fitted = () => Math.min(stage.clientWidth / (image.naturalWidth || 1), stage.clientHeight / (image.naturalHeight || 1));

  function draw() {
    if (!box?.open || !image.naturalWidth) return;
    const scale = fitted() * zoom, width = image.naturalWidth * scale, height = image.naturalHeight * scale;
    const edge = (size, room) => Math.max(0, (size + room) / 2 - 60); // some of the image stays in sight
    x = Math.min(edge(width, stage.clientWidth), Math.max(-edge(width, stage.clientWidth), x));
    y = Math.min(edge(height, stage.clientHeight), Math.max(-edge(height, stage.clientHeight), y));
    Object.assign(paper.style, {
      width: `${width}px`, height: `${height}px`, filter: `brightness(${brightness}%)`,
      transform: `translate(-50%, -50%) translate(${x}px, ${y}px)`, imageRendering: scale > 6 ? "pixelated" : "auto",
    });
    const text = `${Math.round(100 * scale)} %`;
    if (part(".er-view-zoom").textContent !== text) part(".er-view-zoom").textContent = text;
  }

  function zoomBy(factor, px = 0, py = 0) { // the place under the pointer stays where it is
    const before = zoom;
    zoom = Math.min(MOST, Math.max(LEAST, zoom * factor));
    x = px - (px - x) * (zoom / before);
    y = py - (py - y) * (zoom / before);
    draw();
  }

  function fit() { [zoom, x, y] = [1, 0, 0]; draw(); }

  function read() {
    brightness = +setting("brightness").value;
    const map = maps[+setting("map").value], share = +setting("share").value;
    over.hidden = !map;
    if (map && over.src !== map.src) over.src = map.src;
    over.style.opacity = share / 100;
    part(".er-view-note").textContent = map && share ? caption(map) : "";
    draw();
  }

  const caption = map => {
    const model = map.closest(".er-opinion, .er-card")?.querySelector("h4")?.firstChild?.textContent.trim();
    const said = map.closest("figure")?.querySelector("figcaption")?.textContent.trim() || map.alt;
    return model ? `${model}: ${said}` : said;
  };

  function show(shown) {
    const scope = shown.closest(SCOPES) || document, isMap = shown.matches(MAPS);
    const base = (isMap && (scope.querySelector(MAIN) || scope.querySelector("img"))) || shown;
    maps = shown.matches(MAIN) || isMap ? [...scope.querySelectorAll(MAPS)].filter(map => map !== base) : [];
    list = [...document.querySelectorAll(".stMain .stHtml img")].filter(one => viewable(one) && !one.matches(MAPS));
    image.src = base.currentSrc || base.src;
    image.alt = base.alt;
    image.dataset.of = base.alt;
    part(".er-view-name").textContent = base.alt;
    setting("map").replaceChildren(...maps.map((map, at) => new Option(caption(map), at)));
    setting("map").value = isMap ? maps.indexOf(shown) : 0;
    part(".er-view-map").hidden = !maps.length;
    setting("share").value = isMap ? 100 : 0;
    setting("brightness").value = brightness;
    for (const step of ["previous", "next"]) part(`[data-do=${step}]`).hidden = list.length < 2;
    whole(base.alt);
    fit();
    read();
  }

  function whole(name) { // all pixels of the file, where the server of the app gives them
    const dataset = document.querySelector(".er-dataset")?.dataset.name, larger = new Image();
    if (!dataset || !name) return;
    larger.onload = () => { if (image.dataset.of === name && larger.naturalWidth > 0) image.src = larger.src; };
    larger.src = `picture?${new URLSearchParams({ dataset, image: name })}`;
  }

  function open(shown) {
    build();
    opener = document.activeElement;
    window.errataViewer.of = shown;
    pointers.clear();
    if (!box.open) box.showModal();
    show(shown);
    stage.focus();
  }

  function turn(step) {
    const at = list.findIndex(one => one.isConnected && one.alt === image.dataset.of);
    const next = list[(at + step + list.length) % list.length];
    if (next) { window.errataViewer.of = next; show(next); }
  }

  const step = 60, actions = {
    in: () => zoomBy(STEP), out: () => zoomBy(1 / STEP), fit, close: () => box.close(),
    previous: () => turn(-1), next: () => turn(1),
  };
  const KEYS = {
    "+": actions.in, "=": actions.in, "-": actions.out, 0: fit, PageUp: actions.previous, PageDown: actions.next,
    ArrowLeft: () => { x += step; draw(); }, ArrowRight: () => { x -= step; draw(); },
    ArrowUp: () => { y += step; draw(); }, ArrowDown: () => { y -= step; draw(); },
  };

  addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (box?.open) return keyOfViewer(event);
    if (event.key !== "+" || document.querySelector("dialog[open]") || typing(event.target) || event.target.closest(".er-map")) return;
    const near = event.target.closest("a, [class*='st-key-review-tile-'], [class*='st-key-suspects-']");
    const shown = near?.querySelector("img") || document.querySelector(MAIN) || [...document.images].find(viewable);
    if (!shown || !viewable(shown)) return;
    event.preventDefault();
    open(shown);
  }, true);

  function keyOfViewer(event) { // no key reaches the page below, but a verdict on the very image that is shown
    if (event.key === "Escape" || event.key === "Tab") return event.stopImmediatePropagation();
    const slides = event.target.matches("input, select") && /^(Arrow|Page|Home|End)/.test(event.key);
    if (!slides && KEYS[event.key]) { event.preventDefault(); KEYS[event.key](); }
    else if (!slides && /^[a-z1-9]$/i.test(event.key) && window.errataViewer.of.matches(".er-look > img")
             && window.errataViewer.of.isConnected && !event.repeat) return box.close();
    event.stopImmediatePropagation();
  }

  addEventListener("click", event => {
    if (!viewable(event.target) || event.target.closest("a, button, label") || event.button) return;
    open(event.target);
  });

  // Over an image that a click chooses or judges there is a corner that enlarges it.
  const corner = document.createElement("button");
  Object.assign(corner, { className: "er-enlarge", type: "button", title: "Enlarge (+)", hidden: true, textContent: "⤢", tabIndex: -1 });
  corner.setAttribute("aria-hidden", "true"); // the key + does the same
  let under = null, waiting = 0;
  corner.addEventListener("click", event => { event.stopPropagation(); if (under?.isConnected) open(under); });
  addEventListener("pointermove", event => {
    if (waiting || event.pointerType === "touch" || box?.open) return;
    waiting = requestAnimationFrame(() => {
      waiting = 0;
      const at = document.elementsFromPoint(event.clientX, event.clientY);
      if (at[0] === corner) return;
      under = at.find(viewable) || null;
      const area = under?.getBoundingClientRect(), plain = under && at[0] === under && !under.closest("a, button");
      corner.hidden = !under || plain || area.width < 40;
      if (corner.hidden) return;
      if (!corner.isConnected) document.querySelector(".stApp").append(corner);
      corner.style.left = `${area.right - 26}px`;
      corner.style.top = `${area.top + 4}px`;
    });
  }, { passive: true });
  addEventListener("scroll", () => (corner.hidden = true), true);

  // The size of tiles is remembered for all grids.
  const KEPT = "errata-tile-rem", root = document.documentElement;
  const size = value => root.style.setProperty("--er-tile", `${value}rem`);
  const kept = +localStorage.getItem(KEPT);
  if (kept) size(kept);
  const fill = () => document.querySelectorAll(".er-size input").forEach(input => {
    const now = +localStorage.getItem(KEPT);
    if (now && input.dataset.filled !== "yes") { input.value = now; input.dataset.filled = "yes"; }
  });
  addEventListener("input", event => {
    if (!event.target.closest?.(".er-size")) return;
    localStorage.setItem(KEPT, event.target.value);
    size(event.target.value);
  });
  new MutationObserver(fill).observe(document.body, { childList: true, subtree: true });
  fill();
})();
