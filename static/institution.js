// The field for the institution as a combobox: what is found while one types, in a list under it. The options come from
// the server as they are shown; without JavaScript the text is looked up when it is sent.
"use strict";

for (const box of document.querySelectorAll(".institution")) {
  const input = box.querySelector("input:not([type=hidden])");
  const pick = box.querySelector("input[type=hidden]");
  const list = box.querySelector(".institution-list");
  const status = box.querySelector("[role=status]");
  let active = -1, asked = "", timer = 0;

  list.id = "institution-list";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", box.dataset.label);
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", list.id],
    ["aria-expanded", "false"]]) input.setAttribute(name, value);

  const options = () => [...list.querySelectorAll("[role=option]")];

  function show(isOpen) {
    list.hidden = !isOpen;
    input.setAttribute("aria-expanded", String(isOpen));
    if (!isOpen) mark(-1);
  }

  function mark(number) {
    active = number;
    options().forEach((option, place) => option.setAttribute("aria-selected", String(place === number)));
    const option = options()[number];
    option?.scrollIntoView({ block: "nearest" });
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
  }

  function take(option) {
    input.value = option.dataset.name;
    pick.value = option.dataset.pick;
    show(false);
    status.textContent = "";
  }

  // Only the answer to what stands in the field now is shown
  async function ask() {
    const typed = asked = input.value.trim();
    if (typed.length < 2) return show(false);
    try {
      const answer = await fetch(`${box.dataset.url}?q=${encodeURIComponent(typed)}`);
      if (!answer.ok || typed !== asked) return;
      const found = new DOMParser().parseFromString(await answer.text(), "text/html").body.firstElementChild;
      if (typed !== asked || document.activeElement !== input) return;
      list.replaceChildren(...found.children);
      active = -1;
      show(true);
      status.textContent = found.dataset.count;
    } catch { // no connection: the field goes on as a plain one
      show(false);
    }
  }

  input.addEventListener("input", () => {
    pick.value = "";
    mark(-1);
    clearTimeout(timer);
    timer = setTimeout(ask, 150);
  });

  input.addEventListener("keydown", (event) => {
    const { key } = event;
    const count = options().length;
    if (key === "Escape" && !list.hidden) show(false);
    else if (key === "ArrowDown" && list.hidden) ask();
    else if (key === "ArrowDown" && count) mark((active + 1) % count);
    else if (key === "ArrowUp" && !list.hidden && count) mark(active <= 0 ? count - 1 : active - 1);
    else if (key === "Enter" && !list.hidden && active >= 0) take(options()[active]);
    else return;
    event.preventDefault();
  });

  input.addEventListener("blur", () => { asked = ""; clearTimeout(timer); show(false); });
  // Before the field loses the focus, which would close the list
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", ({ target }) => {
    const option = target.closest("[role=option]");
    if (option) take(option);
  });
}
