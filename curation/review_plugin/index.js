// Keys of the review. FiftyOne's own building blocks are globals of its page: operators, state.
(() => {
  const operators = window.__foo__, state = window.__fos__;
  const PLUGIN = "@errata/review";
  const SHORTEST_LOOK_MS = 150; // a key pressed sooner was meant for the image before
  const PATIENCE_MS = 15000; // a key whose answer got lost blocks the next one no longer than that
  const KEYS = { k: "keep", a: "accept", b: "ambiguous", m: "multi-label", n: "none-of-these", x: "exclude",
    u: "unsure", z: "undo", y: "redo" };
  const judged = new Set(); // samples judged on this page, which the modal does not stop at again

  let underway = 0; // when the key was pressed that is still being answered, 0: none
  let shown = { id: null, since: 0 }; // the open image
  let gridIsOld = false;

  const openId = () => new URLSearchParams(location.search).get("id");
  const ours = () => /^\/datasets\/errata-/.test(location.pathname);

  // Notes since when an image is open; draws the grid again once the image is closed.
  function watch() {
    const id = openId();
    if (id === shown.id) return;
    shown = { id, since: performance.now() };
    if (id === null && gridIsOld) {
      gridIsOld = false;
      operators.executeOperator("reload_dataset", {});
    }
  }
  setInterval(watch, 20);

  function typing(event) {
    const into = event.target;
    return event.ctrlKey || event.metaKey || event.altKey || into.isContentEditable ||
      /^(input|textarea|select)$/i.test(into.tagName ?? "");
  }

  function pressed(event) {
    const key = event.key.toLowerCase();
    const quick = KEYS[key] ?? (/^[1-9]$/.test(key) ? "label" : null);
    if (!quick || !ours() || typing(event)) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // x and z mean something else to FiftyOne
    watch();
    const now = performance.now();
    if (event.repeat || (underway && now - underway < PATIENCE_MS)) return;
    if (shown.id && now - shown.since < SHORTEST_LOOK_MS) return;
    underway = now;
    const params = { quick, digit: quick === "label" ? Number(key) : null };
    if (shown.id) Object.assign(params, { sample_id: shown.id, looked_s: (now - shown.since) / 1000 });
    operators.executeOperator(`${PLUGIN}/judge`, params, {
      callback: (result) => { if (result?.error) underway = 0; },
    });
  }
  window.addEventListener("keydown", pressed, true); // before FiftyOne's own listeners

  // The offset of the next image of the view that nobody judged on this page, 0 where there is none.
  async function ahead(navigation) {
    for (let offset = 1; ; offset++) {
      const found = await navigation.peek(offset);
      if (!found) return 0;
      if (!judged.has(found.id)) return offset;
    }
  }

  // The offset back to an image, 0 where it is not among the last ones.
  async function behind(navigation, id) {
    for (let offset = 1; offset <= 50; offset++) {
      const found = await navigation.peek(-offset);
      if (!found) return 0;
      if (found.id === id) return offset;
    }
    return 0;
  }

  async function follow(kind, ids, open) {
    const navigation = state.modalNavigation.get();
    if (!navigation || !ids.length) return;
    if (kind === "verdict") {
      const offset = await ahead(navigation);
      if (offset) await open(await navigation.next(offset));
    } else if (!ids.includes(openId())) {
      const offset = await behind(navigation, ids[0]);
      if (offset) await open(await navigation.previous(offset));
    }
  }

  class After extends operators.Operator {
    get config() {
      return new operators.OperatorConfig({ name: "after", label: "After a verdict", unlisted: true });
    }
    useHooks() {
      return { open: state.useSetExpandedSample(), update: state.useUpdateSamples() };
    }
    async execute({ hooks, params }) {
      const { kind, ids, samples = [] } = params;
      try {
        if (kind === "refused") return;
        for (const id of ids) kind === "undo" ? judged.delete(id) : judged.add(id);
        if (openId() === null) {
          await operators.executeOperator("clear_selected_samples", {});
          await operators.executeOperator("reload_dataset", {});
          return;
        }
        gridIsOld = true;
        hooks.update(samples.map((sample) => [sample._id, sample]));
        await follow(kind, ids, hooks.open);
      } finally {
        watch();
        underway = 0;
      }
    }
  }
  operators.registerOperator(After, PLUGIN);

  // FiftyOne's server opens the image again that was open last, and does not know then which one is next.
  if (openId() !== null && ours()) operators.executeOperator("close_sample", {});
})();
