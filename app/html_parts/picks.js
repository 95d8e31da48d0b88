// To Streamlit, a changed address is what the browser's back button is. The browser opens other tabs by itself.
if (!window.errataPicks) {
  window.errataPicks = true;
  const NEAR_PX = 5;
  const linkAt = event => event.target.closest ? event.target.closest("[data-pick]") : null;
  const leftToBrowser = event => event.button || event.ctrlKey || event.metaKey || event.shiftKey;

  function follow(link) {
    const address = new URL(location.href), choices = new URLSearchParams(link.dataset.pick);
    if (choices.get("screen")) { // the way back leads from the review of an image or of a list to where it stood
      const here = new URLSearchParams(address.search), listed = choices.get("image") || choices.get("order");
      here.delete("back");
      address.searchParams.delete("back");
      if (choices.get("screen") === "review" && here.get("screen") !== "review" && listed)
        address.searchParams.set("back", here.toString());
    }
    for (const [name, value] of choices)
      value ? address.searchParams.set(name, value) : address.searchParams.delete(name);
    history.pushState({}, "", address);
    dispatchEvent(new PopStateEvent("popstate"));
  }

  document.addEventListener("click", event => {
    const link = linkAt(event);
    if (!link || leftToBrowser(event)) return;
    event.preventDefault();
    follow(link);
  });

  // A link that is drawn anew between the press and the release gets no click.
  let pressed = null;
  document.addEventListener("pointerdown", event => {
    pressed = leftToBrowser(event) ? null : {link: linkAt(event), x: event.clientX, y: event.clientY};
  }, true);
  document.addEventListener("pointerup", event => {
    const {link, x, y} = pressed ?? {};
    pressed = null;
    if (link && !link.isConnected && Math.hypot(event.clientX - x, event.clientY - y) < NEAR_PX) follow(link);
  }, true);
}
