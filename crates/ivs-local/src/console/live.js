// Refreshes the parts of a page that have changed. The pages also work without this script.
const parts = () => document.querySelectorAll("[data-live]");

// Finds the element of the fresh page that corresponds to `details`. An element without an ID is found by its position within
// the nearest element that has one.
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
      // A part that has the focus is not replaced.
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
// A link to a call opens that call.
if (location.hash) document.getElementById(location.hash.slice(1))?.setAttribute("open", "");
