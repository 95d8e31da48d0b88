// How FiftyOne's page looks for a review: chips with names that can be read, one scale of colours for quality.
(() => {
  const NAMES = { ground_truth: "given", suggested_label: "suggested", curated: "now", decision: "✓", reviewer: "by",
    label_quality: "quality" };
  // From suspicious to fine; white letters on each have a contrast of 4.5 or more.
  const VERDICT = "#26323a"; // who said what
  const SCALE = ["#a3262a", "#96461a", "#7d5a0a", "#5b6a14", "#2b6e4f"];
  const ours = () => /^\/datasets\/errata-/.test(location.pathname);

  function named(chip) {
    const path = chip.dataset.cy.slice("tag-".length);
    chip.dataset.errata = NAMES[path] ?? path.replaceAll("_", " ");
    if (/(^|_)label_quality$/.test(path)) {
      const quality = Number.parseFloat(chip.textContent);
      if (quality >= 0) chip.style.backgroundColor = SCALE[Math.min(SCALE.length - 1, Math.floor(quality * SCALE.length))];
    }
    if (path === "decision" || path === "reviewer") chip.style.backgroundColor = VERDICT;
    chip.style.color = isLight(chip.style.backgroundColor) ? "#1a1a1a" : "#fff";
    if (path === "curated") { // it says nothing as long as it is the given label
      const given = chip.parentElement?.querySelector("[data-cy=tag-ground_truth]");
      chip.style.display = given?.textContent === chip.textContent ? "none" : "";
    }
  }

  // Whether black letters are easier to read on a colour than white ones: relative luminance, as WCAG 2 defines it.
  function isLight(colour) {
    const parts = colour.match(/[\d.]+/g);
    if (!parts) return false;
    const [r, g, b] = parts.map((part) => Number(part) / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179;
  }

  const CHIPS = "[data-cy^='tag-']";
  new MutationObserver((changes) => {
    if (!ours()) return;
    for (const { addedNodes, target } of changes) {
      for (const node of addedNodes) {
        if (node.nodeType !== 1) continue;
        if (node.matches(CHIPS)) named(node);
        else for (const chip of node.querySelectorAll(CHIPS)) named(chip);
      }
    }
  }).observe(document.body, { childList: true, subtree: true });

  const style = document.createElement("style");
  style.textContent = `
    [data-errata]::before { content: attr(data-errata) " "; font-size: 0.8em; font-weight: 400; line-height: 1; }
    [data-errata] { text-shadow: none !important; }
    #fo-cta-enterprise-button, a:has(> #fo-cta-enterprise-button), .emb-runs-scroll > :has(.emb-teaser) {
      display: none !important;
    }
  `;
  document.head.append(style);
})();
