// Keeps a form from being sent twice by a double tap. The server refuses the second one too; this spares the wait.

const FREE_AGAIN_MS = 15000; // A form that answers with a download leaves the page where it is.

function release(form) {
  delete form.dataset.busy;
  for (const button of form.querySelectorAll("button[aria-busy]")) {
    button.disabled = false;
    button.removeAttribute("aria-busy");
  }
}

function hold(form, button) {
  form.dataset.busy = "yes";
  // After this turn of the loop: a button disabled earlier would not be sent with its name and value.
  setTimeout(() => {
    if (button) {
      button.disabled = true;
      button.setAttribute("aria-busy", "true");
    }
  });
  setTimeout(() => release(form), FREE_AGAIN_MS);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) {
    return;
  }
  if (form.dataset.busy) {
    event.preventDefault();
    return;
  }
  hold(form, event.submitter);
});

// Coming back with the browser's own button shows the page as it was left: with its buttons held.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-busy]").forEach(release);
});

// An error summary is what a person has to read first.
document.querySelector(".error-summary")?.focus();
