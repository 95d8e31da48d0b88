// `?` shows the keys of the review; pressed again it shows FiftyOne's own.
(() => {
  const LINES = [
    ["F", "Keep the given label"],
    ["A", "Accept the suggested label"],
    ["B", "Ambiguous: given or suggested label"],
    ["M", "Multi-label: given and suggested label"],
    ["N", "None of these classes"],
    ["X", "Exclude"],
    ["U", "Unsure"],
    ["1 … 9", "The class, in the order of the data set"],
    ["/", "Type any class"],
    ["P", "Pick several classes"],
    ["L", "The images most like the one judged last"],
    ["Z", "Take back my last verdict"],
    ["Y", "Bring it back"],
    ["K", "Back"],
    ["J", "Next"],
    ["S", "Skip"]
  ]; // as `key_lines` of buttons.py has them
  const make = (name, content = {}, ...children) => {
    const element = Object.assign(document.createElement(name), content);
    element.append(...children);
    return element;
  };
  const style = make("style", { textContent: `
    #errata-keys { max-width: 34rem; padding: 20px 26px; border: 0; border-radius: 8px; color: #fff; background: #26323a;
      font: 15px/1.5 system-ui, sans-serif; box-shadow: 0 4px 30px #000a; }
    #errata-keys::backdrop { background: #0008; }
    #errata-keys h2 { margin: 0 0 10px; font-size: 18px; }
    #errata-keys dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 16px; margin: 0 0 12px; }
    #errata-keys dt { font-weight: 700; }
    #errata-keys dd, #errata-keys p { margin: 0; }
  ` });
  const lines = LINES.flatMap(([key, does]) => [make("dt", { textContent: key }), make("dd", { textContent: does })]);
  const sheet = make("dialog", { id: "errata-keys", ariaLabel: "Keys of the review" },
    make("h2", { textContent: "Keys of the review" }), make("dl", {}, ...lines),
    make("p", { textContent: "Any key closes this, and nothing is judged. ? again: the keys of FiftyOne itself." }));

  const ours = () => /^\/datasets\/errata-/.test(location.pathname);
  const typing = ({ target, ctrlKey, metaKey, altKey }) => ctrlKey || metaKey || altKey || target.isContentEditable ||
    /^(input|textarea|select)$/i.test(target.tagName ?? "");

  window.addEventListener("keydown", (event) => {
    if (["Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
    if (sheet.open) {
      sheet.close();
      if (event.key === "?") return; // FiftyOne hears it
    } else if (event.key !== "?" || !ours() || typing(event)) return;
    else {
      document.body.append(style, sheet);
      sheet.showModal();
    }
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true); // before FiftyOne's own listeners; index.js leaves keys alone while the sheet is open
  sheet.addEventListener("click", () => sheet.close());
})();
