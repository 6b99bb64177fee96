// With JavaScript answers save themselves: the save buttons step aside, and the status tells the truth about what arrived.
"use strict";
document.documentElement.classList.add("js");

// What is said stands in the page, in its language (_words.html)
const words = document.getElementById("words").dataset;

// An activity's address is its save button's, which does the same without JavaScript
const addressOf = (activity) => activity?.querySelector(".save")?.getAttribute("formaction");
const activityAt = (url) =>
  [...document.querySelectorAll(".activity")].find((activity) => addressOf(activity) === url);
const versionOf = (activity) => document.getElementsByName(`${activity.id}-version`)[0];

function fieldsOf(activity) {
  const names = new Set([...activity.querySelectorAll("[name]")].map((field) => field.name));
  const form = activity.querySelector("[name]").form;
  return [...new FormData(form)].filter(([name]) => name.startsWith(`${activity.id}-`) && names.has(name));
}

function say(activity, text, isMarkup) {
  const status = activity.querySelector(".status");
  // A link to press stays until there is something better to say: it must not go from under the finger
  if (!status || status.said === text || (text === words.saving && status.querySelector("a"))) return;
  status[isMarkup ? "innerHTML" : "textContent"] = status.said = text;
}

const sayWaiting = (activity) => say(activity, unsent.isInBrowser() ? words.waiting : words.waitingOpen);

// Into the browser first, at every key: nothing is lost between two saves
function keep(activity, button) {
  const fields = fieldsOf(activity);
  if (button?.name) fields.push([button.name, button.value]);
  return unsent.keep(addressOf(activity), fields);
}

function onInput({ target }) {
  const activity = target.closest?.(".activity");
  if (!addressOf(activity) || !target.name?.startsWith(`${activity.id}-`)) return;
  keep(activity);
  say(activity, words.saving);
  // For a field that does not send itself, and for somebody who types on without a pause
  if (!activity.sendsSoon) {
    activity.sendsSoon = setTimeout(() => {
      activity.sendsSoon = 0;
      const entry = unsent.get(addressOf(activity));
      if (entry) sendHere(entry);
    }, 4000);
  }
}
document.addEventListener("input", onInput, true);
document.addEventListener("change", onInput, true);

// Put words that wait back into their fields; others of the same activity stay as they are drawn
function restore(activity, fields) {
  const values = {};
  for (const [name, value] of fields) (values[name] ??= []).push(value);
  for (const field of activity.querySelectorAll("[name]")) {
    if (!field.name.startsWith(`${activity.id}-`) || field.tagName === "BUTTON") continue;
    if (/^(radio|checkbox)$/.test(field.type)) field.checked = values[field.name]?.includes(field.value) ?? false;
    else if (values[field.name]) field.value = values[field.name].shift() ?? "";
  }
}

function sendHere(entry) {
  const activity = activityAt(entry.url);
  if (!activity) return false;
  const pressed = [...activity.querySelectorAll("button[name][hx-post]")]
    .find((button) => entry.fields.some(([name, value]) => name === button.name && value === button.value));
  const control = pressed ?? [...activity.querySelectorAll("[hx-post]:not(button)"), activity]
    .find((field) => field.getAttribute("hx-post") === entry.url && (field.type !== "radio" || field.checked));
  if (!control) {
    unsent.send(entry).then((status) => finish(activity, entry.at, { status, isKept: status === null }));
  } else if (!activity.isSending) {
    htmx.ajax("POST", entry.url, { source: control }).catch(() => {}); // its events say how it ended
  }
  return true;
}
unsent.onPage(sendHere);

const activityOf = (detail) => activityAt(detail.pathInfo?.requestPath ?? detail.path);

document.addEventListener("htmx:configRequest", ({ detail }) => {
  // The form's token is older than a sign-in in another tab; the cookie's is not
  detail.headers["X-CSRFToken"] = unsent.token();
  detail.formData.delete("csrfmiddlewaretoken");
  detail.formData.set("account", unsent.account);
  const activity = activityOf(detail);
  if (!activity || activity.id === "note") return;
  const own = new Set(["account", detail.elt.name, ...fieldsOf(activity).map(([name]) => name)]);
  for (const name of new Set(detail.formData.keys())) if (!own.has(name)) detail.formData.delete(name);
});

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  const activity = activityOf(detail);
  const button = detail.requestConfig.elt.closest("button");
  if (!activity || (button && activity.id === "note")) return; // a bookmark is no word
  detail.xhr.keptAt = keep(activity, button);
  activity.isSending = true;
  say(activity, words.saving);
});

// What a visitor typed is kept together, in one session: of two activities at once each would keep only its own
const underWay = [];
const inTurn = [];
const goOn = () => { while (!underWay.length && inTurn.length) inTurn.shift()(); };
if (unsent.isVisitor) {
  document.addEventListener("htmx:confirm", (event) => {
    const { path, verb, issueRequest } = event.detail;
    if (verb === "get" || underWay.every((other) => other === path)) return;
    event.preventDefault();
    inTurn.push(() => issueRequest());
  });
  document.addEventListener("htmx:beforeSend", ({ detail }) => {
    const path = detail.pathInfo.requestPath;
    underWay.push(path);
    detail.xhr.addEventListener("loadend", () => {
      underWay.splice(underWay.indexOf(path), 1);
      goOn();
    });
  });
}
const forgetting = document.getElementById("forget-typed");
forgetting?.addEventListener("submit", (event) => {
  event.preventDefault();
  inTurn.push(() => { // after what leaving a field has just sent
    unsent.all().forEach(unsent.forget);
    forgetting.submit();
  });
  goOn();
});

// A hotel's sign-in page or a proxy's apology must never stand for an answer of ours
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (!activityOf(detail) || !detail.xhr.keptAt) return;
  const { status } = detail.xhr;
  detail.shouldSwap = status === 422 || (status < 300 && detail.xhr.getResponseHeader("X-Kept") !== null);
});

function finish(activity, at, { status, isKept, text = "" }) {
  activity.isSending = false;
  if (isKept) {
    const url = addressOf(activity);
    const entry = unsent.get(url);
    unsent.arrived();
    if (!entry || entry.at === at) {
      if (entry) unsent.forget(entry);
      // Where this kind shows it, what came back has said so itself
      if (!activity.querySelector(".status")?.textContent.includes("✓")) say(activity, words.saved);
      return;
    }
    // Typed on while it was under way: the newer words still wait, now written over what has just arrived
    restore(activity, entry.fields.filter(([name]) => !/-version$|^note-seen$/.test(name)));
    keep(activity);
    say(activity, words.saving);
  } else if (status === 401 || status === 409) {
    say(activity, text || words.signedOut, true);
  } else if (unsent.isPassing(status) || status < 400) {
    sayWaiting(activity);
    unsent.retry();
  } else if (status !== 422) {
    say(activity, words.notSaved);
  }
}

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const { xhr } = detail;
  const activity = activityOf(detail);
  if (!activity || !xhr.keptAt || !xhr.status) return;
  const stamp = xhr.getResponseHeader("X-Kept");
  if (stamp !== null) {
    if (versionOf(activity)) versionOf(activity).value = stamp;
    // Another device's text comes beside the field, whatever part this kind swaps in. Drawn the same, it stays: leaving
    // the field for one of its buttons saves once more, and the button must not go from under the finger
    const conflict = document.getElementById(`${activity.id}-conflict`);
    const drawn = new DOMParser().parseFromString(xhr.responseText, "text/html").getElementById(conflict?.id);
    if (drawn && !drawn.isEqualNode(conflict)) conflict.replaceChildren(...drawn.childNodes);
  }
  finish(activity, xhr.keptAt, { status: xhr.status, isKept: stamp !== null, text: xhr.responseText });
});

for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, ({ detail }) => {
    const activity = activityOf(detail);
    if (activity && detail.xhr.keptAt) finish(activity, detail.xhr.keptAt, { status: 0 });
  });
}

// A turn of a conversation has no words to keep: it only says that it did not arrive
for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.addEventListener(name, ({ detail }) => {
    const conversation = detail.elt.closest(".dialogue");
    if (!conversation) return;
    if (/^4(01|09)$/.test(detail.xhr.status)) say(conversation, detail.xhr.responseText, true);
    else say(conversation, words.notArrived);
  });
}

document.addEventListener("htmx:sendAbort", ({ detail }) => {
  const activity = activityOf(detail); // a newer choice has taken its place
  if (activity) activity.isSending = false;
});

// What waits from before stands in its field again, marked, before anything is sent
document.addEventListener("DOMContentLoaded", async () => {
  // Drawn while words from the page before were still arriving: it may not show them
  if (unsent.hasArrivedSince(performance.timeOrigin)) return location.reload();
  for (const { url, fields } of await unsent.adopt(activityAt)) {
    const activity = activityAt(url);
    restore(activity, fields);
    say(activity, words.sending);
  }
  unsent.sendAll();
});

// Where one was: the paragraph at the top of the screen, told once when the page goes out of sight, not while scrolling
const article = document.querySelector("article.page");
let told = article?.dataset.paragraph ?? "";

function paragraphOnTop() {
  if (window.scrollY < 40) return "";
  const places = [...article.querySelectorAll(".prose [id], .activity[id]")].filter((place) => place.id.length <= 40);
  return places.findLast((place) => place.getBoundingClientRect().top < 80)?.id ?? "";
}

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "hidden" || !article || unsent.isVisitor) return;
  const paragraph = paragraphOnTop();
  if (paragraph === told) return;
  told = paragraph;
  const body = new URLSearchParams({ paragraph, account: unsent.account });
  const headers = { "X-CSRFToken": unsent.token() };
  fetch(location.pathname, { method: "POST", keepalive: true, body, headers }).catch(() => {});
});

// A section once opened is readable offline as a whole, where that is switched on
window.addEventListener("load", async () => {
  if (!unsent.isReadableOffline() || !navigator.serviceWorker?.controller) return;
  const pages = await caches.open("pages");
  for (const { href } of document.querySelectorAll(".tabs-column .tabs a")) {
    if (!(await pages.match(href, { ignoreVary: true }))) {
      await fetch(href, { headers: { "X-Read-Ahead": "yes" } }).catch(() => {});
    }
  }
});

// A browser with voices of its own can read the page aloud
const listen = document.querySelector("[data-listen]");
const language = listen?.closest("[lang]").lang.slice(0, 2).toLowerCase();
function offerListening() {
  listen.classList.toggle("offered", speechSynthesis.getVoices().some(({ lang }) => lang.toLowerCase().startsWith(language)));
}
if (listen && "speechSynthesis" in window && "Segmenter" in Intl) {
  offerListening();
  speechSynthesis.addEventListener?.("voiceschanged", offerListening);
  listen.addEventListener("click", () => {
    const script = document.createElement("script");
    script.src = listen.dataset.listen;
    document.head.append(script);
  }, { once: true });
}

// Paper shows each text whole, as it stands now, and not as it was when the page came
window.addEventListener("beforeprint", () => {
  for (const field of document.querySelectorAll("main textarea")) {
    const has = field.nextElementSibling?.matches(".print-only");
    const copy = has ? field.nextElementSibling : document.createElement("p");
    copy.className = "print-only answer";
    copy.textContent = field.value;
    if (!has) field.after(copy);
  }
  const note = document.getElementById("note-text");
  note?.closest(".note").classList.toggle("empty", !note.value.trim());
});
