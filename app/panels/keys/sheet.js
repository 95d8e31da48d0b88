// What Streamlit's shortcuts leave out: other keys for a button, the sheet of keys, and fields that take no key for a verdict.
if (!window.errataKeys) {
  window.errataKeys = true;
  const KNOWN = "2"; // the keys this browser's reviewer was shown; another number shows the sheet once more
  const sheet = () => document.querySelector("dialog.er-keys");
  const field = target => target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName) ||
    (target.tagName === "INPUT" && !/^(checkbox|radio|range|button|submit|file)$/.test(target.type));
  const ownsArrows = target => target.closest?.("[type=radio], [type=range], [role=slider], [role=tab], [role=listbox], canvas");
  const asking = () => document.querySelector("[data-testid=stDialog], [role=dialog]:not(.er-keys):not([data-baseweb=popover] *)");
  const button = key => [...document.querySelectorAll(`kbd[aria-label="Shortcut ${key}"]`)]
    .map(name => name.closest("button")).find(found => found && !found.disabled);

  const remembered = () => { try { return localStorage.getItem("errata.keys"); } catch { return KNOWN; } };
  const remember = () => { try { localStorage.setItem("errata.keys", KNOWN); } catch { /* no storage: never shown by itself */ } };

  function show(first) {
    sheet().classList.toggle("er-first", first);
    if (!sheet().open) sheet().showModal();
  }

  // Returns whether the sheet was opened because the reviewer learned other keys.
  function guarded() {
    const guard = sheet()?.dataset.guard;
    if (!guard || remembered() === KNOWN) return false;
    remember();
    if (guard === "learned") show(true);
    return guard === "learned";
  }
  setInterval(guarded, 500);

  const stop = event => { event.preventDefault(); event.stopImmediatePropagation(); };

  // Moves the focus among the tiles of a grid; false where there is none.
  function moved(key) {
    const tiles = [...document.querySelectorAll("[class*='st-key-review-tile-'] button")];
    if (!tiles.length) return false;
    const at = tiles.indexOf(document.activeElement), wide = tiles.filter(tile =>
      Math.abs(tile.getBoundingClientRect().top - tiles[0].getBoundingClientRect().top) < 8).length;
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -wide, ArrowDown: wide }[key];
    const to = at < 0 ? 0 : at + step;
    tiles[Math.max(0, Math.min(to, tiles.length - 1))].focus();
    return true;
  }

  function pressed(event) {
    const { key, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || !sheet()) return;
    if (field(target)) {
      if (key === "Escape") setTimeout(() => target.blur()); // after the field's own list has closed
      if (key === "Enter") leaveList(target);
      if (target.readOnly && key.length === 1) stop(event); // nothing is typed there, and Streamlit would judge
      return;
    }
    if (event.repeat && !/^(Tab|Page|Arrow)/.test(key)) return event.stopImmediatePropagation(); // held down it counts once
    if (sheet().open) {
      if (key === "Tab" || key === "Shift" || (key === "Enter" && target.closest("button"))) return;
      stop(event);
      return sheet().close();
    }
    if (asking()) return key.length === 1 && key !== " " ? event.stopImmediatePropagation() : undefined;
    if (guarded()) return stop(event);
    if (key === "?") return stop(event), show(false);
    if (key === "/") {
      const input = document.querySelector(".st-key-review-classes input, .st-key-review-grid-classes input");
      if (input) stop(event), input.focus();
      return;
    }
    const alone = key.toLowerCase() === "j" && !button("J"); // where nothing is next, J goes on as S does
    const other = alone ? "S" : JSON.parse(sheet().dataset.aliases)[key];
    if (!other || ownsArrows(target)) return;
    if (key.startsWith("Arrow") && moved(key)) return stop(event);
    const found = button(other) ?? (other === "J" ? button("S") : null);
    stop(event);
    found?.click();
  }
  window.addEventListener("keydown", pressed, true); // before Streamlit's own listeners

  // Once a choice is made, keys are keys again: the list keeps the focus otherwise.
  function leaveList(target) {
    if (target.closest("[data-testid=stSelectbox]") && target.getAttribute("aria-expanded") === "true") {
      setTimeout(() => target.blur(), 50);
    }
  }
  document.addEventListener("click", event => {
    const asked = event.target.closest?.("[data-keys]")?.dataset.keys;
    if (asked === "open") show(false);
    if (asked === "close") sheet().close();
    if (event.target.closest?.("[role=option]") && document.activeElement?.closest("[data-testid=stSelectbox]")) {
      const list = document.activeElement;
      setTimeout(() => list.blur(), 50);
    }
  }, true);
}
