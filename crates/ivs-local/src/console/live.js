// Shows anew what changed. The pages work without it.
const parts = () => document.querySelectorAll("[data-live]");

// What stands in a fresh page where this does: what has no ID is found by its place within what has one.
function twin(details, fresh) {
  if (details.id) return fresh.getElementById(details.id);
  const home = details.closest("[id]");
  const within = (home) => [...home.querySelectorAll("details:not([id])")].filter((one) => one.closest("[id]") === home);
  const other = fresh.getElementById(home.id);
  return other && within(other)[within(home).indexOf(details)];
}

let isBusy = false;
let isStale = false;

async function refresh() {
  if (isBusy) {
    isStale = true;
    return;
  }
  isBusy = true;
  try {
    const answer = await fetch(location.href);
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of parts()) {
      const other = fresh.getElementById(part.id);
      // What somebody is using stays as it is.
      if (!other || part.contains(document.activeElement)) continue;
      for (const open of part.querySelectorAll("details[open]")) twin(open, fresh)?.setAttribute("open", "");
      if (part.innerHTML !== other.innerHTML) part.innerHTML = other.innerHTML;
    }
  } finally {
    isBusy = false;
    if (isStale) {
      isStale = false;
      setTimeout(refresh, 250);
    }
  }
}

if (document.querySelector("main [data-live]")) {
  new EventSource("/_ivs/changes").addEventListener("message", refresh);
}
// A link to a call opens it.
if (location.hash) document.getElementById(location.hash.slice(1))?.setAttribute("open", "");
