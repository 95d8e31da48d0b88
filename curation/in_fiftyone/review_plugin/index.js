// Keys of the review. FiftyOne's own building blocks are globals of its page: operators, state.
(() => {
  const operators = window.__foo__, state = window.__fos__;
  const PLUGIN = "@errata/review";
  const SHORTEST_LOOK_MS = 150; // a key pressed sooner was meant for the image before
  const PREVIEW_MS = 1500; // after the image is open; FiftyOne has drawn it long before
  const FETCH_MS = 100; // how long the file of the next image is waited for
  const PATIENCE_MS = 15000; // a key without an answer blocks the next key no longer than that
  const KEYS = { f: "keep", a: "accept", b: "ambiguous", m: "multi-label", n: "none-of-these", x: "exclude",
    u: "unsure", p: "pick", l: "alike", z: "undo", y: "redo" }; // as `keys` of buttons.py has them
  const MOVES = { j: "ArrowRight", s: "ArrowRight", k: "ArrowLeft", backspace: "ArrowLeft" }; // as verdicts.py has them
  const CLASS_KEY = "/"; // type a class
  const NEWS_MS = 300; // between two questions for verdicts that were given elsewhere
  const judged = new Set(), undone = new Set(); // ids of samples, on this page; the modal does not stop again at judged samples

  const theme = prepareLook();

  let underway = 0; // when the key was pressed that is still being answered; 0: no key is
  let shown = { id: null, since: 0, walked: false }; // the open image; walked: it came after another image
  let gridIsOld = false;
  let prepared = false; // the server has read what the queue learns from, before the first image is opened

  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const openId = () => new URLSearchParams(location.search).get("id");
  const ours = () => /^\/datasets\/errata-/.test(location.pathname);
  const inQueue = () => ours() && /^to-review/.test(new URLSearchParams(location.search).get("view") ?? "");

  // The page as it is loaded: no advertisement before the images, the colours of the app, and two more files for the rest.
  function prepareLook() {
    localStorage.setItem("fiftyone-enterprise-tooltip-seen", "true");
    const folder = document.currentScript.src.replace(/index\.js.*$/, "");
    for (const file of ["look.js", "keys.js"]) {
      document.head.append(Object.assign(document.createElement("script"), { src: `${folder}${file}?${Date.now()}` }));
    }
    const first = performance.getEntriesByType("navigation")[0]?.name ?? ""; // FiftyOne has cut its address by now
    const asked = /[?&]theme=(light|dark)/.exec(first)?.[1];
    const wanted = asked ?? (matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark");
    if (localStorage.getItem("errata-theme") === wanted) return null; // somebody may have chosen another one in this page
    localStorage.setItem("errata-theme", wanted);
    return wanted;
  }

  class Theme extends operators.Operator {
    get config() {
      return new operators.OperatorConfig({ name: "theme", label: "Light or dark, as the app", unlisted: true });
    }
    useHooks() {
      return { set: window.recoil.useSetRecoilState(state.theme), mode: window.__mui__.useColorScheme() };
    }
    execute({ hooks, params }) {
      hooks.set(params.theme);
      hooks.mode.setMode(params.theme);
    }
  }
  operators.registerOperator(Theme, PLUGIN);
  if (theme) operators.executeOperator(`${PLUGIN}/theme`, { theme });

  // A map is coloured by the given label until somebody chooses another field.
  class MapColour extends operators.Operator {
    get config() {
      return new operators.OperatorConfig({ name: "map_colour", label: "Colour the map by label", unlisted: true });
    }
    useHooks() {
      return { change: window.__fosp__.useSetPanelStateById(true) };
    }
    execute({ hooks, params: { panel } }) {
      hooks.change(panel, (kept) =>
        kept?.openKey && !kept.colorField ? { ...kept, colorField: "ground_truth.label" } : kept);
    }
  }
  operators.registerOperator(MapColour, PLUGIN);
  const coloured = new WeakSet(); // canvases
  setInterval(() => {
    for (const canvas of document.querySelectorAll("[data-cy=panel-content-Embeddings] canvas")) {
      if (coloured.has(canvas) || !ours()) continue;
      coloured.add(canvas);
      const panel = canvas.closest("[data-cy=panel-content-Embeddings]").id;
      operators.executeOperator(`${PLUGIN}/map_colour`, { panel });
    }
  }, 500);

  // Keeps since when an image is open; draws the grid again once the image is closed.
  function watch() {
    const id = openId();
    if (!prepared && inQueue() && document.querySelector("[data-cy=looker]")) prepare();
    if (preview && id !== preview.id && (preview.open || id === null)) uncover(); // another image was opened by hand
    if (preview && id === preview.id && !preview.open) {
      preview.open = true;
      const opened = preview;
      setTimeout(() => { if (preview === opened) uncover(); }, PREVIEW_MS);
    }
    if (id === shown.id) return;
    shown = { id, since: performance.now(), walked: shown.id !== null };
    if (id === null && gridIsOld) {
      gridIsOld = false;
      operators.executeOperator("reload_dataset", {});
    } else if (id === null && waiting.size) showNews([]);
    if (id === null) walk = null;
    else if (walk) arrive(id);
    else setTimeout(() => begin(id), FETCH_MS); // FiftyOne has set its navigation by then
  }
  window.navigation?.addEventListener("currententrychange", watch); // at once: drawing an image blocks timers for long
  setInterval(watch, 20); // for browsers without it

  function typing(event) {
    const target = event.target;
    return event.ctrlKey || event.metaKey || event.altKey || target.isContentEditable ||
      /^(input|textarea|select)$/i.test(target.tagName ?? "");
  }

  // The Annotate tab draws the image in another way and has other keys.
  const annotating = () =>
    document.querySelector("[data-cy=annotation-save-state], [data-cy=lighter-sample-renderer]") !== null;

  // A form of FiftyOne or the sheet of keys is open.
  const asking = () => document.querySelector(".MuiDialog-root, [role=dialog], dialog[open]") !== null;

  // Opens the next image or the one before, as FiftyOne's arrow keys do.
  function moved(key, event) {
    if (!MOVES[key] || !shown.id) return false;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (key === "k" && !localStorage.getItem("errata.keys")) say("K goes back to the image before; F keeps the label.");
    if (key === "k") localStorage.setItem("errata.keys", "2");
    if (event.repeat || (underway && performance.now() - underway < PATIENCE_MS)) return true;
    document.dispatchEvent(new KeyboardEvent("keydown", { key: MOVES[key], code: MOVES[key], bubbles: true }));
    return true;
  }

  function pressed(event) {
    const key = event.key.toLowerCase();
    if (ours() && !typing(event) && !annotating() && !asking() && moved(key, event)) return;
    const action = key === CLASS_KEY ? "label" : KEYS[key] ?? (/^[1-9]$/.test(key) ? "label" : null);
    if (!action || !ours() || typing(event) || annotating() || asking()) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // x and z mean something else to FiftyOne
    watch();
    const looked = event.timeStamp - shown.since; // a busy page hears of a key long after it was pressed
    if (event.repeat || (underway && performance.now() - underway < PATIENCE_MS)) return;
    if (shown.walked && looked < SHORTEST_LOOK_MS) return;
    if (action === "pick" || key === CLASS_KEY) {
      const params = shown.id ? { sample_id: shown.id, walked: shown.walked } : {};
      operators.executeOperator("prompt_user_for_operation", { operator_uri: `${PLUGIN}/${action}`, params });
      return;
    }
    underway = performance.now();
    const params = { action, digit: action === "label" ? Number(key) : null };
    if (shown.id) {
      Object.assign(params, { sample_id: shown.id, looked_s: Math.max(0, looked) / 1000, walked: shown.walked });
    } else if (like) {
      params.like = like.image;
    }
    operators.executeOperator(`${PLUGIN}/${action === "alike" ? "alike" : "judge"}`, params, {
      callback: (result) => {
        if (!result?.error) return;
        underway = 0;
        say(`Nothing was decided: ${result.errorMessage ?? result.error}`, true);
      },
    });
  }
  window.addEventListener("keydown", pressed, true); // before FiftyOne's own listeners

  // Escape while a verdict is being answered: no next image is opened. FiftyOne may use that Escape for something else.
  let left = 0;
  function leaving(event) {
    if (event.key !== "Escape" || !underway || openId() === null || !ours() || typing(event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    left = performance.now();
    operators.executeOperator("close_sample", {});
  }
  window.addEventListener("keydown", leaving, true);

  // Shows what became of the last verdict, at the lower edge; FiftyOne's own notices pile up and slow the page down.
  const line = Object.assign(document.createElement("div"), { id: "errata-said" });
  line.setAttribute("role", "status");
  line.style.cssText = "position:fixed;left:50%;bottom:12px;transform:translateX(-50%);max-width:80vw;z-index:99999;" +
    "padding:8px 14px;border-radius:6px;font:14px system-ui,sans-serif;color:#fff;box-shadow:0 1px 6px #0008;";
  let hiding = 0;
  function say(sentence, refused) {
    clearTimeout(hiding);
    line.textContent = sentence;
    line.style.background = refused ? "#a3262a" : "#26323a";
    document.body.append(line);
    hiding = setTimeout(() => line.remove(), refused ? 12000 : 4000);
  }

  // FiftyOne takes half a second and more to draw the next image. Until then a preview lies in its place: the file that
  // was fetched meanwhile, with the labels under review.
  let preview = null; // {id, open, element}
  const drawn = new MutationObserver((changes) => { // the grid behind it draws as well
    if (preview?.open && changes.some(({ target }) => target.matches("[data-cy=modal] [canvas-loaded=true]"))) uncover();
  });
  const source = (candidate) => `/media?filepath=${encodeURIComponent(candidate.sample.sample.filepath)}`;

  async function cover(candidate) {
    uncover();
    const sample = candidate.sample?.sample;
    const place = document.querySelector("[data-cy=modal] [data-cy=panel-content-fo-sample-modal-plugin]");
    if (!place || !sample?.filepath) return; // another tab lies above the image
    const { left, top, width, height } = place.getBoundingClientRect();
    const element = Object.assign(document.createElement("div"), { id: "errata-next" });
    element.style.cssText = `position:fixed;left:${left}px;top:${top}px;width:${width}px;height:${height}px;` +
      "z-index:99998;background:#1c1c1c;pointer-events:none;";
    const image = Object.assign(new Image(), { src: source(candidate), alt: "" });
    image.style.cssText = "width:100%;height:100%;object-fit:contain;display:block;";
    const labels = document.createElement("div");
    labels.style.cssText = "position:absolute;left:12px;top:4px;font:bold 16px system-ui,sans-serif;color:#fff;";
    for (const kind of ["ground_truth", "suggested_label"]) {
      const label = sample[kind]?.label;
      if (!label || (kind !== "ground_truth" && label === sample.ground_truth?.label)) continue;
      const words = `${kind === "ground_truth" ? "given" : "suggested"} ${label}`;
      const tag = Object.assign(document.createElement("div"), { textContent: words });
      tag.style.cssText = "width:max-content;margin:4px 0;padding:6px 8px;border-radius:3px;background:#26323ae6;";
      labels.append(tag);
    }
    element.append(image, labels);
    document.body.append(element);
    drawn.observe(document.body, { subtree: true, attributes: true, attributeFilter: ["canvas-loaded"] });
    preview = { id: candidate.id, open: false, element };
    await Promise.race([image.decode().catch(() => {}), wait(FETCH_MS)]);
    await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted))); // before FiftyOne is at work again
  }

  function uncover() {
    drawn.disconnect();
    preview?.element.remove();
    preview = null;
  }

  // Lets the browser fetch the images that come next.
  async function fetchAhead(navigation) {
    for (const offset of [1, 2]) {
      const candidate = await navigation?.peek(offset);
      if (candidate?.sample?.sample?.filepath) new Image().src = source(candidate);
    }
  }

  // In a queue that learns, the server says which images come next: the grid is as old as the page.
  let walk = null; // {visited, coming, grid}: ids opened so far, samples after them, FiftyOne's navigation
  const asCandidate = (sample) => ({ id: sample._id, sample: { sample } });

  const ask = (id, walked) => new Promise((resolve) => {
    const callback = (answer) => resolve(answer?.result?.coming ?? null);
    operators.executeOperator(`${PLUGIN}/coming`, { sample_id: id, walked }, { callback });
  });

  function prepare() {
    prepared = true;
    operators.executeOperator(`${PLUGIN}/coming`, {});
  }

  // An image was opened from the grid.
  async function begin(id) {
    const grid = state.modalNavigation.get(), coming = inQueue() ? await ask(id, false) : null;
    if (openId() !== id || walk) return;
    if (coming) lead(coming); else fetchAhead(grid);
  }

  // Another image was opened by a verdict or an arrow key.
  async function arrive(id) {
    if (!walk.visited.includes(id)) walk.visited.push(id);
    if (trail().at(-1) !== id) return;
    const coming = await ask(id, true);
    if (coming && walk && openId() === id && trail().at(-1) === id) lead(coming);
  }

  const trail = () => [...new Set([...walk.visited, ...walk.coming.map(({ _id }) => _id)])];

  // Lets arrow keys follow the queue from the open image on.
  function lead(coming) {
    if (!walk) {
      walk = { visited: [openId()], coming, grid: state.modalNavigation.get() };
      const { peek } = walk.grid;
      state.modalNavigation.set({ next: (n = 1) => step(n), previous: (n = 1) => step(-n), peek });
    }
    walk.coming = coming;
    for (const sample of coming) new Image().src = source(asCandidate(sample));
  }

  async function step(offset) {
    const id = openId();
    if (offset > 0 && trail().at(-1) === id) lead((await ask(id, true)) ?? []);
    const ids = trail(), place = ids.indexOf(id) + offset, before = (await walk.grid.peek(-1)) !== null;
    if (place < 0 && before) { // to the left of where it began the grid goes on
      const previous = await walk.grid.previous(1);
      walk.visited.unshift(previous.id);
      return { ...previous, hasNext: true };
    }
    const next = Math.max(0, Math.min(place, ids.length - 1));
    return { id: ids[next], hasNext: true, hasPrevious: next > 0 || before };
  }

  // Returns the offset of the next image of the view that the reviewer has not judged; 0 where all are judged.
  async function ahead(navigation, reviewer) {
    for (let offset = 1; ; offset++) {
      const candidate = await navigation.peek(offset);
      if (!candidate) return 0;
      const before = candidate.sample?.sample?.reviewer ?? []; // as the grid has it, from before this page's verdicts
      if (judged.has(candidate.id) || (!undone.has(candidate.id) && before.includes(reviewer))) continue;
      await cover(candidate);
      return offset;
    }
  }

  // Returns the offset back to an image; 0 where it is not among the last 50.
  async function behind(navigation, id) {
    for (let offset = 1; offset <= 50; offset++) {
      const candidate = await navigation.peek(-offset);
      if (!candidate) return 0;
      if (candidate.id === id) return offset;
    }
    return 0;
  }

  // Opens the image to look at next, and returns once it is open: until then a key would mean the image before.
  async function follow({ kind, ids, reviewer, coming, opens }, open) {
    const navigation = state.modalNavigation.get();
    if (!navigation || !ids.length) return;
    const begun = underway || performance.now(); // a button has no key
    const next = await (coming ? named(coming, opens) : inGrid(navigation, kind === "verdict", ids, reviewer));
    if (!next) return;
    if (openId() === null || left > begun) return uncover();
    await open(next);
    for (const since = performance.now(); openId() !== next.id && performance.now() - since < PATIENCE_MS; ) {
      await wait(5);
    }
  }

  // Returns the next image as the server named it; null where none is to be opened.
  async function named(coming, opens) {
    lead(coming);
    if (!opens || !coming.length || coming[0]._id === openId()) return null;
    await cover(asCandidate(coming[0]));
    return { id: coming[0]._id, hasNext: true, hasPrevious: true };
  }

  // Returns the next image in the order of the grid; null where none is to be opened.
  async function inGrid(navigation, forward, ids, reviewer) {
    if (!forward && ids.includes(openId())) return null;
    const offset = await (forward ? ahead(navigation, reviewer) : behind(navigation, ids[0]));
    if (!offset) return null;
    return forward ? navigation.next(offset) : navigation.previous(offset);
  }

  // The images most like a judged one lie in the grid; {image, from}: the judged one, and the saved view to return to.
  let like = null;

  async function showAlike({ ids, ticked, view, image }) {
    like = { image, from: like?.from ?? new URLSearchParams(location.search).get("view") };
    gridIsOld = false; // another view is loaded
    if (openId() !== null) operators.executeOperator("close_sample", {});
    operators.executeOperator("set_view", { view });
    const checked = () => document.querySelectorAll("[data-cy=looker] input:checked").length;
    const shownAs = () => document.querySelectorAll("[data-cy=looker] canvas[canvas-loaded=true]").length;
    for (const since = performance.now(); performance.now() - since < PATIENCE_MS; ) {
      await wait(300); // FiftyOne forgets what is selected until it has loaded the view
      if (!shownAs() || shownAs() > ids.length) continue;
      if (checked() === ticked.length) return;
      operators.executeOperator("set_selected_samples", { samples: ticked });
    }
  }

  // After a verdict on them the grid shows again what it showed before.
  function leaveAlike() {
    if (like.from) operators.executeOperator("set_view", { name: like.from });
    else operators.executeOperator("clear_view", {});
    like = null;
  }

  // Verdicts of the app, of the command line, of other reviewers: their samples are drawn again where they are shown.
  const waiting = new Map(); // id -> sample: the grid has not drawn it again, for an image is open
  let mark = ""; // of the last answer
  let looking = false;

  async function lookForNews() {
    if (looking || document.hidden || !ours()) return;
    looking = true;
    try {
      const dataset = decodeURIComponent(location.pathname.split("/")[2]);
      const answer = await fetch(`/errata/news?${new URLSearchParams({ dataset, mark })}`);
      const news = answer.ok ? await answer.json() : { mark, samples: [] };
      mark = news.mark;
      const samples = news.samples?.filter(isNew);
      if (!samples) loadAgain();
      else if (samples.length) showNews(samples);
    } catch { // the server is being started again
    } finally {
      looking = false;
    }
  }
  setInterval(lookForNews, NEWS_MS);

  const seen = new Map(); // id -> what was judged, as this page shows it
  const verdictIn = ({ curated, decision, reviewer, reviewed_at }) =>
    JSON.stringify([curated?.label, decision, reviewer, reviewed_at]);
  function isNew(sample) {
    const verdict = verdictIn(sample), known = seen.get(sample._id) === verdict;
    seen.set(sample._id, verdict);
    return !known;
  }

  function loadAgain() {
    if (openId() !== null) gridIsOld = true;
    else operators.executeOperator("reload_dataset", {});
  }

  function showNews(samples) {
    for (const sample of samples) waiting.set(sample._id, sample);
    operators.executeOperator(`${PLUGIN}/news`, { samples: [...waiting.values()], drawn: openId() === null });
    if (openId() === null) waiting.clear();
  }

  class News extends operators.Operator {
    get config() {
      return new operators.OperatorConfig({ name: "news", label: "Show new verdicts", unlisted: true });
    }
    useHooks() {
      return { update: state.useUpdateSamples(), drawAgain: state.useRefreshSample() };
    }
    execute({ hooks, params: { samples, drawn } }) {
      hooks.update(samples.map((sample) => [sample._id, sample]));
      if (drawn && samples.length) hooks.drawAgain(samples.at(-1)); // draws the whole grid, where it stands
    }
  }
  operators.registerOperator(News, PLUGIN);

  class After extends operators.Operator {
    get config() {
      return new operators.OperatorConfig({ name: "after", label: "After a verdict", unlisted: true });
    }
    useHooks() {
      return { open: state.useSetExpandedSample(), update: state.useUpdateSamples() };
    }
    async execute({ hooks, params }) {
      const { kind, ids, samples = [], said } = params;
      try {
        say(said, kind === "refused");
        if (kind === "refused") return;
        if (kind === "alike") return await showAlike(params);
        samples.forEach(isNew); // what this page shows by itself is no news
        for (const id of ids) {
          (kind === "undo" ? undone : judged).add(id);
          (kind === "undo" ? judged : undone).delete(id);
        }
        if (openId() === null) {
          if (kind === "verdict") operators.executeOperator("clear_selected_samples", {});
          if (kind === "verdict" && like) leaveAlike();
          else if (samples.length === ids.length) return showNews(samples);
          operators.executeOperator("reload_dataset", {});
          return;
        }
        gridIsOld = true;
        await follow(params, hooks.open);
        hooks.update(samples.map((sample) => [sample._id, sample]));
      } finally {
        watch();
        underway = 0;
      }
    }
  }
  operators.registerOperator(After, PLUGIN);

  // FiftyOne's server opens the last open image again, and then does not know which image is next.
  if (openId() !== null && ours()) operators.executeOperator("close_sample", {});
})();
