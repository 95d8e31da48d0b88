// The map: points drawn into the pixels of a canvas, so that it is fluid without a graphics card too.
// A choice goes into the address, which the server reads: at=SIDE.POINT or lasso=SIDE.HIDDEN.x,y.x,y…
(() => {
  if (window.errataMap) return;
  window.errataMap = { views: {} }; // of each map: its position, and what is hidden
  const SPAN = 65535, NEAR_PX = 9, LEAST_PX = 5, MOST_CORNERS = 80;

  const numbers = text => new Uint16Array(Uint8Array.from(atob(text), sign => sign.charCodeAt(0)).buffer);
  const wide32 = text => new Uint32Array(Uint8Array.from(atob(text), sign => sign.charCodeAt(0)).buffer);
  const rgb = code => [1, 3, 5].map(at => parseInt(code.slice(at, at + 2), 16));

  function choose(choices) { // as app/html_parts/picks.js does
    const address = new URL(location.href);
    for (const [name, value] of Object.entries(choices))
      value ? address.searchParams.set(name, value) : address.searchParams.delete(name);
    history.pushState({}, "", address);
    dispatchEvent(new PopStateEvent("popstate"));
  }

  function sprite(radius) { // coverage of a disc's pixels: [dx, dy, 0..256]
    const reach = Math.ceil(radius), pixels = [];
    for (let dy = -reach; dy <= reach; dy++)
      for (let dx = -reach; dx <= reach; dx++) {
        const cover = Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(dx, dy)));
        if (cover > 0) pixels.push(dx, dy, Math.round(cover * 256));
      }
    return pixels;
  }

  function inside(x, y, corners) { // even-odd rule, as curation/review/selections.py
    let within = false;
    for (let i = 0, j = corners.length - 1; i < corners.length; j = i++) {
      const [ax, ay] = corners[i], [bx, by] = corners[j];
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) within = !within;
    }
    return within;
  }

  function open(box) {
    const side = box.dataset.side, key = box.dataset.key, n = +box.dataset.count;
    const packed = numbers(box.dataset.points), xs = packed.subarray(0, n), ys = packed.subarray(n, 2 * n);
    const group = packed.subarray(2 * n, 3 * n), colours = box.dataset.colours.split(" ").map(rgb);
    const names = JSON.parse(box.dataset.names), classes = JSON.parse(box.dataset.classes), facts = wide32(box.dataset.facts);
    const canvas = box.querySelector("canvas"), tip = box.querySelector(".er-map-tip"), pen = canvas.getContext("2d");
    const view = (window.errataMap.views[key] ??= { zoom: 1, x: SPAN / 2, y: SPAN / 2, hidden: {} });
    const hidden = (view.hidden[box.dataset.by] ??= new Set());
    let lassoing = false, corners = null, kept = null, caught = null, frame = 0, drag = null, over = -1;

    const [wide, tall] = box.dataset.span.split(" ").map(Number); // of all points, also those that a filter hides

    const ratio = () => Math.min(2, window.devicePixelRatio || 1);
    const scale = () => view.zoom * 0.94 * Math.min(canvas.clientWidth / wide, canvas.clientHeight / tall); // px a unit
    const toX = x => (x - view.x) * scale() + canvas.clientWidth / 2;
    const toY = y => canvas.clientHeight / 2 - (y - view.y) * scale();
    const fromX = px => (px - canvas.clientWidth / 2) / scale() + view.x;
    const fromY = py => (canvas.clientHeight / 2 - py) / scale() + view.y;
    const draw = () => { if (!frame) frame = requestAnimationFrame(paint); };

    function paint() {
      frame = 0;
      const by = ratio(), width = Math.round(canvas.clientWidth * by), height = Math.round(canvas.clientHeight * by);
      if (!width || !height) return;
      if (canvas.width !== width || canvas.height !== height) { canvas.width = width; canvas.height = height; }
      const ground = getComputedStyle(box.closest(".stApp")).backgroundColor.match(/[\d.]+/g).map(Number);
      const image = pen.createImageData(width, height), pixels = new Uint32Array(image.data.buffer), bytes = image.data;
      pixels.fill((255 << 24) | (ground[2] << 16) | (ground[1] << 8) | ground[0]);
      const base = n > 12000 ? 1.5 : n > 2000 ? 2.3 : 3.2, grown = base * by * Math.min(2.2, Math.sqrt(view.zoom) ** 0.7);
      const disc = sprite(grown), unit = scale() * by, left = width / 2 - view.x * unit, top = height / 2 + view.y * unit;
      for (const faint of caught ? [true, false] : [false]) // points inside the lasso are drawn last, on top
        for (let i = 0; i < n; i++) {
          if (caught && faint === !!caught[i]) continue;
          if (hidden.has(group[i])) continue;
          const cx = Math.round(left + xs[i] * unit), cy = Math.round(top - ys[i] * unit);
          if (cx < -8 || cy < -8 || cx > width + 8 || cy > height + 8) continue;
          const [r, g, b] = colours[group[i]], share = faint ? 0.22 : 0.88;
          for (let k = 0; k < disc.length; k += 3) {
            const px = cx + disc[k], py = cy + disc[k + 1];
            if (px < 0 || py < 0 || px >= width || py >= height) continue;
            const at = (py * width + px) * 4, a = disc[k + 2] * share;
            bytes[at] += ((r - bytes[at]) * a) >> 8;
            bytes[at + 1] += ((g - bytes[at + 1]) * a) >> 8;
            bytes[at + 2] += ((b - bytes[at + 2]) * a) >> 8;
          }
        }
      pen.putImageData(image, 0, 0);
      pen.setTransform(by, 0, 0, by, 0, 0);
      outline();
      mark();
      window.errataMap.painted = performance.now();
    }

    function outline() {
      const shown = corners || kept;
      if (!shown || shown.length < 2) return;
      pen.beginPath();
      shown.forEach(([x, y], at) => (at ? pen.lineTo(toX(x), toY(y)) : pen.moveTo(toX(x), toY(y))));
      if (!corners) pen.closePath();
      pen.setLineDash([5, 4]);
      pen.lineWidth = 1.5;
      pen.strokeStyle = getComputedStyle(box).color;
      pen.stroke();
      pen.setLineDash([]);
    }

    function mark() { // a ring around the image that is shown beside the map
      const marked = document.querySelector(`.er-map-mark[data-side="${side}"]`), at = marked ? +marked.dataset.at : -1;
      if (at < 0 || at >= n) return;
      pen.strokeStyle = getComputedStyle(box).color;
      pen.lineWidth = 2.5;
      pen.beginPath();
      pen.arc(toX(xs[at]), toY(ys[at]), 9, 0, 2 * Math.PI);
      pen.stroke();
    }

    function nearest(px, py) {
      let best = -1, least = NEAR_PX ** 2;
      for (let i = 0; i < n; i++) {
        if (hidden.has(group[i])) continue;
        const away = (toX(xs[i]) - px) ** 2 + (toY(ys[i]) - py) ** 2;
        if (away <= least) { best = i; least = away; } // of several at one place, the last one drawn
      }
      return best;
    }

    function readAddress() { // a lasso in the address is drawn again, also after the browser's back button
      const [lassoSide, , ...rest] = (new URLSearchParams(location.search).get("lasso") || "").split(".");
      kept = lassoSide === side && rest.length > 2 ? rest.map(corner => corner.split(",").map(Number)) : null;
      caught = kept ? Uint8Array.from(xs, (x, i) => inside(x, ys[i], kept)) : null;
      draw();
    }

    function zoomBy(factor, px, py) {
      const x = fromX(px), y = fromY(py);
      view.zoom = Math.min(200, Math.max(0.5, view.zoom * factor));
      view.x += x - fromX(px);
      view.y += y - fromY(py);
      draw();
    }

    function home() { Object.assign(view, { zoom: 1, x: SPAN / 2, y: SPAN / 2 }); draw(); }

    function take(lasso) {
      lassoing = lasso;
      box.querySelector("[data-do=move]").setAttribute("aria-pressed", String(!lasso));
      box.querySelector("[data-do=lasso]").setAttribute("aria-pressed", String(lasso));
      canvas.style.cursor = lasso ? "crosshair" : "grab";
    }

    function place(event) {
      const area = canvas.getBoundingClientRect();
      return [event.clientX - area.left, event.clientY - area.top];
    }
    canvas.addEventListener("pointerdown", event => {
      if (event.button) return;
      canvas.setPointerCapture(event.pointerId);
      const [px, py] = place(event);
      drag = { px, py, x: view.x, y: view.y, moved: false, lasso: lassoing || event.shiftKey };
    });
    canvas.addEventListener("pointermove", event => {
      const [px, py] = place(event);
      if (!drag) return hover(px, py);
      if (!drag.moved && Math.hypot(px - drag.px, py - drag.py) < 4) return;
      drag.moved = true;
      tip.hidden = true;
      if (drag.lasso) {
        corners ??= [[fromX(drag.px), fromY(drag.py)]];
        const last = corners[corners.length - 1];
        if (Math.hypot(toX(last[0]) - px, toY(last[1]) - py) >= LEAST_PX) corners.push([fromX(px), fromY(py)]);
      } else {
        view.x = drag.x - (px - drag.px) / scale();
        view.y = drag.y + (py - drag.py) / scale();
      }
      draw();
    });
    canvas.addEventListener("pointerup", event => {
      const done = drag, drawn = corners;
      drag = corners = null;
      if (!done) return;
      if (drawn && drawn.length > 2) return close(drawn);
      if (done.moved) return draw();
      const at = nearest(...place(event));
      if (at >= 0) choose({ at: `${side}.${at}`, lasso: "", image: "" });
    });
    canvas.addEventListener("pointerleave", () => { over = -1; tip.hidden = true; });

    function close(drawn) {
      const step = Math.ceil(drawn.length / MOST_CORNERS), whole = drawn.filter((_, at) => at % step === 0);
      const text = whole.map(([x, y]) => `${Math.round(x)},${Math.round(y)}`).join(".");
      choose({ lasso: `${side}.${[...hidden].join("-")}.${text}`, at: "", image: "" });
      readAddress();
    }

    function hover(px, py) {
      const at = nearest(px, py);
      tip.hidden = at < 0;
      if (at >= 0 && at !== over) fill(at);
      over = at;
      if (at < 0) return;
      const x = toX(xs[at]), y = toY(ys[at]), right = x + 16 + tip.offsetWidth < canvas.clientWidth;
      tip.style.left = `${right ? x + 14 : Math.max(0, x - 14 - tip.offsetWidth)}px`;
      tip.style.top = `${canvas.offsetTop + Math.max(0, Math.min(canvas.clientHeight - tip.offsetHeight, y - 12))}px`;
    }

    function fill(at) { // the picture comes from the app's server: those of all points would make the page heavy
      const [look, change, colour, quality] = tip.children, [row, given, suggested, percent] = [0, 1, 2, 3].map(k => facts[k * n + at]);
      const picture = new Image();
      picture.onload = () => { if (over === at) look.replaceChildren(picture); };
      picture.alt = "";
      look.replaceChildren();
      picture.src = box.dataset.pictures + row;
      change.textContent = given === suggested ? classes[given] : `${classes[given]} → ${classes[suggested]}`;
      colour.textContent = ["label", "label quality"].includes(box.dataset.by) ? "" : `${box.dataset.by}: ${names[group[at]]}`;
      quality.textContent = `label quality ${(percent / 100).toFixed(2)}`;
    }

    canvas.addEventListener("wheel", event => {
      event.preventDefault();
      zoomBy(Math.exp(-Math.sign(event.deltaY) * Math.min(120, Math.abs(event.deltaY)) * 0.0022), ...place(event));
    }, { passive: false });
    canvas.addEventListener("dblclick", home);
    canvas.addEventListener("keydown", event => {
      const step = 60 / scale(), act = {
        ArrowLeft: () => (view.x -= step), ArrowRight: () => (view.x += step),
        ArrowUp: () => (view.y += step), ArrowDown: () => (view.y -= step),
        "+": () => zoomBy(1.3, canvas.clientWidth / 2, canvas.clientHeight / 2),
        "-": () => zoomBy(1 / 1.3, canvas.clientWidth / 2, canvas.clientHeight / 2),
        0: home, l: () => take(!lassoing),
        Escape: () => { choose({ lasso: "", at: "", image: "" }); readAddress(); },
      }[event.key];
      if (!act) return;
      event.preventDefault();
      event.stopPropagation();
      act();
      draw();
    });
    box.addEventListener("click", event => {
      const button = event.target.closest("[data-do], [data-group]");
      if (!button) return;
      if (button.dataset.do === "home") home();
      else if (button.dataset.do) take(button.dataset.do === "lasso");
      else {
        const at = +button.dataset.group;
        hidden.has(at) ? hidden.delete(at) : hidden.add(at);
        button.setAttribute("aria-pressed", String(!hidden.has(at)));
        draw();
      }
    });
    for (const at of hidden) box.querySelector(`[data-group="${at}"]`)?.setAttribute("aria-pressed", "false");
    addEventListener("popstate", readAddress);
    new ResizeObserver(draw).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => setTimeout(draw, 200));
    box.errataDraw = draw;
    take(false);
    readAddress();
  }

  const look = () => {
    for (const box of document.querySelectorAll(".er-map"))
      if (!box.errataDraw) { box.errataDraw = () => {}; open(box); }
      else box.errataDraw();
  };
  let waiting = 0;
  const PARTS = ".er-map, .er-map-mark", isPart = node => node.matches?.(PARTS) || node.querySelector?.(PARTS);
  const watch = new MutationObserver(changes => {
    if (!waiting && changes.some(change => [...change.addedNodes, ...change.removedNodes].some(isPart)))
      waiting = requestAnimationFrame(() => { waiting = 0; look(); });
  });
  watch.observe(document.body, { childList: true, subtree: true });
  look();
})();
