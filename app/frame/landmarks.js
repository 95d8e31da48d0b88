// For screen readers: where the content is, and what has changed in it. Streamlit's own elements have no such marks.
(() => {
  if (window.errataLandmarks) return;
  window.errataLandmarks = true;
  const PAUSE_MS = 700; // a screen is redrawn in parts: only what is left at the end is read out
  const SAID = ".er-said, .er-doing, .er-progress > p:first-child, .er-view-said"; // a verdict, a job, the progress

  const voice = document.createElement("div");
  voice.className = "er-unseen";
  voice.setAttribute("role", "status"); // a polite live region
  let told = "", waiting = 0;

  function say() {
    waiting = 0;
    mark();
    const texts = [...document.querySelectorAll(SAID)].filter(part => part.checkVisibility()).map(part => part.innerText.trim());
    const text = [...new Set(texts)].filter(Boolean).join(". ");
    const same = text.replace(/\d+ (s|min)\b/g, ""); // a running clock is no news
    if (same === told) return;
    told = same;
    voice.textContent = text;
  }

  function mark() {
    const app = document.querySelector(".stApp"), main = document.querySelector(".stMain");
    if (app && !voice.isConnected) app.append(voice);
    if (main && main.id !== "er-main") {
      main.id = "er-main";
      main.setAttribute("role", "main");
      main.tabIndex = -1;
    }
    const bar = document.querySelector(".stAppHeader");
    if (bar && !bar.hasAttribute("aria-label")) bar.setAttribute("aria-label", "Streamlit");
    document.documentElement.lang ||= "en";
    const purposes = JSON.parse(document.querySelector(".er-frame")?.dataset.purposes ?? "{}");
    for (const key of document.querySelectorAll("[class*='st-key-review-'] button kbd[aria-label^='Shortcut ']"))
      key.closest("button").title = purposes[key.getAttribute("aria-label").slice(9)] ?? "";
    for (const [selector, name] of NAMES)
      for (const part of document.querySelectorAll(selector)) if (!part.getAttribute("aria-label")) part.setAttribute("aria-label", name);
  }
  const NAMES = [['[data-testid="stMainMenu"] button', "Menu of Streamlit"]];

  addEventListener("click", event => {
    if (!event.target.closest?.(".er-skip")) return;
    event.preventDefault();
    document.getElementById("er-main")?.focus();
  });
  new MutationObserver(() => { if (!waiting) waiting = setTimeout(say, PAUSE_MS); })
    .observe(document.body, { childList: true, subtree: true, characterData: true });
  mark();
})();
