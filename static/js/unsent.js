// Words that have not arrived yet. They are written into this browser before they are sent, and taken out only when the
// server has said that it keeps them: a dead network, a dead server or a closed tab loses none. Every page sends what waits.
"use strict";

const unsent = (() => {
  // Filed by account: whoever else signs in in this browser neither sees nor sends them
  const account = document.querySelector('meta[name="account"]').content;
  const isVisitor = account === "visitor"; // their words go with the tab: whoever sits here next is somebody else
  const prefix = `unsent:${account}:`;
  const setting = `offline:${account}`;
  const inMemory = Object.create({ // as localStorage, for as long as the page is open
    getItem(key) { return this[key] ?? null; },
    setItem(key, value) { this[key] = value; },
    removeItem(key) { delete this[key]; },
  });

  // On a shared computer, and where the browser keeps nothing, words wait in the open page alone
  function chooseStore() {
    try {
      if (localStorage.getItem("shared-computer")) return inMemory;
      const storage = isVisitor ? sessionStorage : localStorage;
      storage.setItem(prefix, "");
      storage.removeItem(prefix);
      return storage;
    } catch {
      return inMemory;
    }
  }
  let store = chooseStore();

  // Two tabs are like two devices: each has words of its own, and sends them itself while it is open
  const tab = tabName();
  function tabName() {
    const name = Math.random().toString(36).slice(2, 10);
    try {
      if (!sessionStorage.getItem("tab")) sessionStorage.setItem("tab", name);
      return sessionStorage.getItem("tab");
    } catch {
      return name;
    }
  }
  navigator.locks?.request(`tab:${tab}`, () => new Promise(() => {})); // held until the tab goes
  async function openTabs() {
    const { held = [] } = (await navigator.locks?.query()) ?? {};
    return new Set(held.map(({ name }) => name.slice("tab:".length)));
  }

  const keyOf = (url) => `${prefix}${tab}:${url}`;
  const read = (key) => store.getItem(key) && { key, ...JSON.parse(store.getItem(key)) };
  const get = (url) => read(keyOf(url));
  const all = () =>
    Object.keys(store).filter((key) => key.startsWith(prefix)).map(read)
      .sort((one, other) => one.at - other.at);
  const isOurs = ({ key, url }) => key === keyOf(url);

  // The last one for an address wins; `at` tells a later one from the one that is on its way
  function keep(url, fields) {
    const at = Math.max(Date.now(), (get(url)?.at ?? 0) + 1);
    const entry = JSON.stringify({ url, tab, at, fields });
    try {
      store.setItem(keyOf(url), entry);
    } catch { // the browser's space is used up: this page goes on in memory, with all that waited
      for (const { key, ...other } of all()) inMemory.setItem(key, JSON.stringify(other));
      store = inMemory;
      store.setItem(keyOf(url), entry);
    }
    return at;
  }

  function forget({ key, at }) {
    if (read(key)?.at === at) store.removeItem(key);
  }

  // Words for this page from a tab that is gone become this tab's own, unless this tab has newer ones
  async function adopt(isHere) {
    const open = await openTabs();
    for (const entry of all().reverse()) {
      if (isOurs(entry) || !isHere(entry.url) || open.has(entry.tab) || get(entry.url)) continue;
      store.setItem(keyOf(entry.url), JSON.stringify({ url: entry.url, tab, at: entry.at, fields: entry.fields }));
      store.removeItem(entry.key);
    }
    return all().filter((entry) => isOurs(entry) && isHere(entry.url));
  }

  const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";

  // Gives the answer's status when the server did not keep it, 0 when there was no server; null when it keeps it
  async function send(entry) {
    const { url, fields } = entry;
    let answer;
    try {
      answer = await fetch(url, {
        method: "POST",
        redirect: "manual",
        headers: { "HX-Request": "true", "X-CSRFToken": token() },
        body: new URLSearchParams([...fields, ["account", account]]),
      });
    } catch {
      return 0;
    }
    if (!answer.headers.has("X-Kept")) return answer.status;
    forget(entry);
    store.setItem("arrived", Date.now());
    return null;
  }

  // What this page shows, its own script sends, so that what comes back is shown too
  let sendHere = () => false;
  const isPassing = (status) => status === 0 || status === 429 || status >= 500;
  let wait = 1000;
  let timer;
  let isSending = false;

  async function sendAll() {
    clearTimeout(timer);
    if (isSending) return;
    isSending = true;
    const open = await openTabs();
    for (const entry of all()) {
      if (isOurs(entry) ? sendHere(entry) : open.has(entry.tab)) continue;
      const status = await send(entry);
      if (status === 401 || status === 409) break;
      if (status !== null && isPassing(status)) {
        retry();
        break;
      }
    }
    isSending = false;
    document.dispatchEvent(new Event("unsent:changed"));
  }

  // 2, 4, 8 … 60 seconds, each a little off, so that not everybody comes back in the same moment
  function retry() {
    wait = Math.min(wait * 2, 60_000);
    clearTimeout(timer);
    timer = setTimeout(sendAll, wait * (0.8 + Math.random() * 0.4));
  }

  async function forgetPages() {
    for (const name of (await globalThis.caches?.keys()) ?? []) await caches.delete(name);
    for (const worker of (await navigator.serviceWorker?.getRegistrations()) ?? []) await worker.unregister();
  }

  // Pages that another account has made readable offline go as soon as somebody else is signed in
  async function forgetOthersPages() {
    if (isVisitor) return;
    if (store === inMemory) return forgetPages();
    const others = Object.keys(localStorage).filter((key) => key.startsWith("offline:") && key !== setting);
    for (const key of others) localStorage.removeItem(key);
    if (others.length) {
      const isMine = localStorage.getItem(setting);
      await forgetPages();
      if (isMine) await navigator.serviceWorker.register("/service-worker.js");
    }
  }

  return {
    account, isVisitor, setting, all, get, keep, forget, adopt, send, sendAll, retry, token, isPassing, forgetPages,
    forgetOthersPages,
    hasArrivedSince: (time) => Number(store.getItem("arrived")) > time,
    isReadableOffline: () => store !== inMemory && localStorage.getItem(setting),
    arrived: () => { wait = 1000; },
    isInBrowser: () => store !== inMemory,
    onPage: (handler) => { sendHere = handler; },
  };
})();

window.addEventListener("online", unsent.sendAll);
// A page that comes out of the browser's memory may be older than what was saved since
window.addEventListener("pageshow", (event) => event.persisted && location.reload());
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && unsent.sendAll());
unsent.forgetOthersPages();
if (!document.querySelector(".activity")) unsent.sendAll(); // else activities.js does, once all is in its field
