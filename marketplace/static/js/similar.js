// Shows listings that are like the draft, each time it has been saved. The server compares; nothing typed is sent from here.

async function ask(place) {
  try {
    const answer = await fetch(place.dataset.similar, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) {
      return;
    }
    const found = (await answer.text()).trim();
    if (found !== place.lastFound) {
      place.lastFound = found; // Read out only when it is something else than before; an opened list stays open.
      place.innerHTML = found;
    }
  } catch {
    // It is a help only: without a connection the form goes on without it.
  }
}

for (const place of document.querySelectorAll("[data-similar]")) {
  const form = place.closest("form");
  form.addEventListener("draftsaved", () => ask(place));
  if (form.elements.title?.value) {
    ask(place);
  }
}
