// To Streamlit, a changed address is what the browser's back button is. The browser opens other tabs by itself.
if (!window.errataPicks) {
  window.errataPicks = true;
  document.addEventListener("click", event => {
    const link = event.target.closest ? event.target.closest("[data-pick]") : null;
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
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
  });
}
