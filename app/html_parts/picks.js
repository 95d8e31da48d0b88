// To Streamlit, a changed address is what the browser's back button is. The browser opens other tabs by itself.
if (!window.errataPicks) {
  window.errataPicks = true;
  document.addEventListener("click", event => {
    const link = event.target.closest ? event.target.closest("[data-pick]") : null;
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const address = new URL(location.href);
    for (const [name, value] of new URLSearchParams(link.dataset.pick))
      value ? address.searchParams.set(name, value) : address.searchParams.delete(name);
    history.pushState({}, "", address);
    dispatchEvent(new PopStateEvent("popstate"));
  });
}
