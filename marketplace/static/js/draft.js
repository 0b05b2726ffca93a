// Saves a form as it is typed. Without a connection it keeps the text on this device and tries again.

const PAUSE_MS = 1200; // after the last key
const RETRY_MS = 15000;
const UNSENT = "draft:";

// Neither secrets nor files are kept on the device, and a token is worthless later.
function keepable(form) {
  const kept = [];
  for (const [name, value] of new FormData(form)) {
    const field = form.elements[name];
    if (typeof value === "string" && name !== "csrf_token" && field?.type !== "password") {
      kept.push([name, value]);
    }
  }
  return kept;
}

function restore(form, kept) {
  const values = new Map();
  for (const [name, value] of kept) {
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  for (const field of form.elements) {
    if (!field.name || ["hidden", "password", "file", "submit"].includes(field.type)) {
      continue;
    }
    const given = values.get(field.name) ?? [];
    if (field.type === "checkbox" || field.type === "radio") {
      field.checked = given.includes(field.value);
    } else if (field.multiple) {
      [...field.options].forEach((option) => (option.selected = given.includes(option.value)));
    } else if (given.length) {
      field.value = given.shift();
    }
  }
}

function autosave(form) {
  const url = form.dataset.autosave;
  const status = form.querySelector("[data-autosave-status]");
  let timer = 0;
  let version = 0;
  let sending = false;

  const say = (text) => {
    if (status) {
      status.textContent = text;
    }
  };
  const later = (delay) => {
    clearTimeout(timer);
    timer = setTimeout(send, delay);
  };
  const keep = () => localStorage.setItem(UNSENT + url, JSON.stringify(keepable(form)));

  function body() {
    const data = new FormData(form);
    for (const [name, value] of [...data]) {
      if (typeof value !== "string") {
        data.delete(name);
      }
    }
    return data;
  }

  async function send() {
    if (sending) {
      later(PAUSE_MS);
      return;
    }
    const sent = version;
    sending = true;
    say(form.dataset.saving);
    try {
      const answer = await fetch(url, { method: "POST", body: body(), headers: { Accept: "application/json" } });
      if (!answer.ok || answer.redirected) {
        // A server that is down comes back; one that refuses will refuse again.
        keep();
        say(form.dataset.refused);
        if (answer.status >= 500) {
          later(RETRY_MS);
        }
        return;
      }
      // The version the draft has now, so that the next save is not taken for one out of another window.
      const { seen } = answer.status === 204 ? {} : await answer.json();
      if (seen && form.elements.seen) {
        form.elements.seen.value = seen;
      }
      if (sent === version) {
        form.dispatchEvent(new Event("draftsaved"));
        localStorage.removeItem(UNSENT + url);
        const time = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
        say(form.dataset.saved.replace("{time}", time));
      }
    } catch {
      keep();
      say(form.dataset.offline);
      later(RETRY_MS);
    } finally {
      sending = false;
    }
  }

  form.addEventListener("input", () => {
    version += 1;
    later(PAUSE_MS);
  });
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (navigator.onLine) {
      localStorage.removeItem(UNSENT + url);
      return;
    }
    event.preventDefault(); // The browser's own error page would take the text with it.
    keep();
    say(form.dataset.offline);
  });
  window.addEventListener("online", () => localStorage.getItem(UNSENT + url) && later(0));

  const unsent = localStorage.getItem(UNSENT + url);
  if (unsent) {
    restore(form, JSON.parse(unsent));
    later(0);
  }
}

document.querySelectorAll("form[data-autosave]").forEach(autosave);
