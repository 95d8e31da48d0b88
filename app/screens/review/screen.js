// A key that is held down counts once: its repetitions would judge images that nobody has seen.
if (!window.errataNoRepeats) {
  window.errataNoRepeats = true;
  const stopRepeats = event => {
    if (event.repeat && !/INPUT|TEXTAREA|SELECT/.test(event.target.tagName)) event.stopImmediatePropagation();
  };
  window.addEventListener("keydown", stopRepeats, true);
}
