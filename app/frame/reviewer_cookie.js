{ // The browser keeps the reviewer's name for a year; other sites never get it.
  const name = document.querySelector(".er-reviewer")?.dataset.name;
  if (name) document.cookie = `errata_reviewer=${encodeURIComponent(name)}; path=/; max-age=31536000; samesite=strict`;
}
