// The survey works without this file, as one long page. With it: one part at a time, and a draft kept in this browser.
(() => {
  "use strict";
  const KEY = "opm-survey";
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

  // Storage can be switched off in the browser: then there is no draft, and all else works
  const attempt = (action) => { try { return action(); } catch { return null; } };
  const readDraft = () =>
    attempt(() => JSON.parse(sessionStorage.getItem(KEY))) || attempt(() => JSON.parse(localStorage.getItem(KEY)));
  const forgetDraft = () => {
    attempt(() => sessionStorage.removeItem(KEY));
    attempt(() => localStorage.removeItem(KEY));
  };

  function thanks() {
    forgetDraft();
    $("#print").hidden = false;
    $("#print").addEventListener("click", () => print());
  }

  function paste() {
    const draft = readDraft();
    const field = $("#ticket");
    if (!draft || field.value) return;
    // Reload and Back come here from a part of the form, as its steps are not addresses of their own: go on to it
    if (history.state) {
      draft.part = history.state.part;
      attempt(() => sessionStorage.setItem(KEY, JSON.stringify(draft)));
      field.value = draft.ticket;
      $("#paste").submit();
      return;
    }
    field.value = draft.ticket;
    $("#kept").hidden = $("#forget").hidden = false;
    $("#forget").addEventListener("click", () => {
      forgetDraft();
      field.value = "";
      $("#kept").hidden = $("#forget").hidden = true;
      field.focus();
    });
  }

  function survey(form) {
    const ticket = form.elements.ticket.value;
    const found = readDraft();
    const draft = found && found.ticket === ticket ? found : { ticket, values: {}, part: 0, keep: true };
    const parts = $$(".page", form);
    const last = parts.length - 1;

    function collect() {
      draft.values = Object.fromEntries(new FormData(form));
      delete draft.values.ticket;
    }
    function save() {
      const text = JSON.stringify(draft);
      attempt(() => sessionStorage.setItem(KEY, text));
      attempt(() => (draft.keep ? localStorage.setItem(KEY, text) : localStorage.removeItem(KEY)));
    }
    function restore() {
      for (const input of form.elements) {
        const value = draft.values[input.name];
        if (input.name === "ticket" || value === undefined) continue;
        if (input.type === "radio" || input.type === "checkbox") input.checked = input.value === value;
        else if (input.type !== "submit") input.value = value;
      }
    }

    // A radio button cannot be unticked, and nothing here is forced: each group gets a way back (shown once answered)
    for (const group of $$(".item:not(:has(.row)), .row", form).filter((one) => $("[type=radio]", one))) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "clear";
      button.textContent = form.dataset.clear;
      button.addEventListener("click", () => {
        for (const radio of $$("input", group)) radio.checked = false;
        $("input", group).focus();
        changed();
      });
      group.append(button);
    }
    function refresh() {
      for (const item of $$("[data-shown-if]", form)) {
        const [name, value] = item.dataset.shownIf.split("=");
        item.hidden = form.elements[name].value !== value;
      }
    }
    function changed() {
      collect();
      refresh();
      save();
    }

    const bar = document.createElement("progress");
    bar.max = parts.length;
    bar.setAttribute("aria-label", form.dataset.progress);
    form.prepend(bar);
    const end = $("#end");
    const [back, next] = [form.dataset.back, form.dataset.next].map((name) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = name;
      return button;
    });
    back.className = "secondary";
    end.prepend(back, next);
    const submit = $("[value=check]", end);

    function show(part) {
      draft.part = Math.min(Math.max(part, 0), last);
      parts.forEach((section, index) => { section.hidden = index !== draft.part; });
      bar.value = draft.part + 1;
      back.hidden = draft.part === 0;
      next.hidden = draft.part === last;
      submit.hidden = draft.part !== last;
      document.body.classList.toggle("started", draft.part > 0);
    }
    function turn(part) {
      show(part);
      save();
      scrollTo(0, 0);
      $("h2", parts[draft.part]).focus({ preventScroll: true });
    }
    // The browser's own Back button turns back a part, too; `depth` counts the steps taken since this page came
    const depth = () => (history.state ? history.state.depth : 0);
    next.addEventListener("click", () => {
      history.pushState({ part: draft.part + 1, depth: depth() + 1 }, "");
      turn(draft.part + 1);
    });
    back.addEventListener("click", () => {
      if (depth() > 0) return history.back();
      turn(draft.part - 1);
      history.replaceState({ part: draft.part, depth: 0 }, "");
    });
    addEventListener("popstate", (event) => turn(event.state.part));

    if (form.dataset.filled === "yes") collect();
    else restore();
    const faulty = parts.findIndex((section) => $(".error", section));
    show(faulty >= 0 ? faulty : draft.part);
    history.replaceState({ part: draft.part, depth: 0 }, "");
    refresh();
    attempt(() => sessionStorage.setItem(KEY, JSON.stringify(draft)));
    form.addEventListener("input", changed);

    $("#keep").hidden = false;
    const box = $("#keep input");
    box.checked = !draft.keep;
    box.addEventListener("change", () => {
      draft.keep = !box.checked;
      save();
    });
  }

  if (document.body.dataset.step === "thanks") thanks();
  if ($("#survey")) survey($("#survey"));
  if ($("#paste")) paste();
})();
