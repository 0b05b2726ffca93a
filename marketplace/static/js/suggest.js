// Offers words while one types into a search box: a combobox with a list. The server knows the words; without this the
// box works as any other.

const PAUSE = 150; // milliseconds without a key before the server is asked
let boxes = 0;

class Suggestions {
  constructor(input) {
    this.input = input;
    this.active = -1;
    this.list = document.createElement("div");
    this.list.id = `suggestions-${(boxes += 1)}`;
    this.list.className = "menu-list start-0 z-3";
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", input.labels[0]?.textContent ?? "");
    this.list.hidden = true;
    this.said = document.createElement("p");
    this.said.className = "visually-hidden";
    this.said.setAttribute("role", "status");
    input.after(this.list, this.said);
    for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", this.list.id], ["autocomplete", "off"]]) {
      input.setAttribute(name, value);
    }
    this.close();
    this.listen();
  }

  listen() {
    this.input.addEventListener("input", (event) => event.isComposing || this.askSoon());
    this.input.addEventListener("compositionend", () => this.askSoon()); // An input method has written its characters.
    this.input.addEventListener("keydown", (event) => event.isComposing || this.key(event));
    this.input.addEventListener("blur", () => this.close());
    this.list.addEventListener("mousedown", (event) => event.preventDefault()); // Keeps the focus in the box.
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) {
        event.preventDefault();
        this.take(option);
      }
    });
  }

  askSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), PAUSE);
  }

  async ask() {
    this.asking?.abort();
    const text = this.input.value;
    if (!text.trim()) {
      this.close();
      return;
    }
    this.asking = new AbortController();
    const url = new URL(this.input.dataset.suggestions, location.href);
    url.searchParams.set("q", text);
    try {
      const answer = await fetch(url, { signal: this.asking.signal, headers: { Accept: "application/json" } });
      const found = answer.ok ? (await answer.json()).suggestions : [];
      if (this.input.value === text && document.activeElement === this.input) {
        this.show(found);
      }
    } catch {
      // A help only: one goes on typing, or there is no connection.
    }
  }

  show(found) {
    this.list.replaceChildren(...found.map((one, number) => this.option(one, number)));
    this.active = -1;
    this.input.removeAttribute("aria-activedescendant");
    this.list.hidden = found.length === 0;
    this.input.setAttribute("aria-expanded", String(found.length > 0));
    this.said.textContent = found.length ? this.input.dataset.said.replace("{count}", found.length) : "";
  }

  option(one, number) {
    const option = document.createElement("a");
    const address = new URL(this.input.form.action);
    address.searchParams.set("q", one.text);
    option.href = address;
    option.id = `${this.list.id}-${number}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.tabIndex = -1;
    option.dataset.text = one.text;
    option.textContent = one.text;
    if (one.what === "unit") {
      const what = document.createElement("span");
      what.className = "muted";
      what.textContent = ` ${this.input.dataset.unit}`;
      option.append(what);
    }
    return option;
  }

  key(event) {
    const options = this.list.children;
    if (event.key === "Escape" && !this.list.hidden) {
      event.preventDefault(); // The first Escape closes the list, the next empties the box.
      this.close();
    } else if (event.key === "Enter" && this.active >= 0) {
      event.preventDefault();
      this.take(options[this.active]);
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !this.list.hidden) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      // One place more than there are options: there, what was typed stands alone.
      this.select(((this.active + 1 + step + options.length + 1) % (options.length + 1)) - 1);
    }
  }

  select(number) {
    this.list.children[this.active]?.setAttribute("aria-selected", "false");
    this.active = number;
    const option = this.list.children[number];
    if (!option) {
      this.input.removeAttribute("aria-activedescendant");
      return;
    }
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", option.id);
  }

  take(option) {
    this.input.value = option.dataset.text;
    this.close();
    this.input.form.requestSubmit();
  }

  close() {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.show([]);
  }
}

for (const input of document.querySelectorAll("input[data-suggestions]")) {
  new Suggestions(input);
}
