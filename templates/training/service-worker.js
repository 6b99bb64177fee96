{% load i18n %}{% get_current_language as LANGUAGE_CODE %}{# Drawn by training.offline.service_worker, so that its words can be translated. #}// Pages once opened stay readable without a connection, where their reader has switched that on (offline.js).
// The network comes first, always. Only what the server marks as readable offline is kept, and the files such pages use.
"use strict";

const PAGES = "pages";
const FILES = "files";
const NOTICE = `<div class="messages" role="status"><p class="notice offline-copy">{% blocktranslate trimmed %}<strong>Offline copy.</strong>
  You are reading what this device kept when you last opened the page. What you type is kept here and sent when you are
  back.{% endblocktranslate %}</p></div>`;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  const isFile = ["style", "script", "image", "font", "track", "audio"].includes(request.destination);
  const isPage = request.mode === "navigate" || request.headers.has("X-Read-Ahead");
  if (!isFile && !isPage) return;
  // The browser never learns of these: not even that they were asked for
  if (/^\/(me|survey|results|admin|dev|accounts|programs)\//.test(pathname)) return;
  event.respondWith(answer(event, isPage));
});

async function answer(event, isPage) {
  const { request } = event;
  const cache = await caches.open(isPage ? PAGES : FILES);
  try {
    const response = await fetch(request);
    const isKept = isPage ? response.headers.has("X-Readable-Offline") : true;
    if (response.status === 200 && !response.redirected && isKept) {
      event.waitUntil(cache.put(request.url.split("#")[0], response.clone()));
    }
    return response;
  } catch (error) {
    const kept = await cache.match(request.url.split("#")[0], { ignoreVary: true });
    if (kept && isPage) return marked(kept);
    if (kept) return kept;
    if (isPage) return notKept();
    throw error;
  }
}

async function marked(kept) {
  const html = (await kept.text()).replace("<main", `${NOTICE}<main`);
  return new Response(html, { headers: kept.headers });
}

async function notKept() {
  const pages = await caches.open(PAGES);
  const links = (await pages.keys()).map(({ url }) => new URL(url).pathname)
    .map((path) => `<li><a href="${path}">${path.split("/").filter(Boolean).join(", ").replaceAll("-", " ")}</a></li>`);
  return new Response(
    `<!DOCTYPE html><html lang="{{ LANGUAGE_CODE }}"><head><meta charset="utf-8"><title>{% translate "No connection" %}</title>
    <meta name="viewport" content="width=device-width, initial-scale=1"></head><body><main><h1>{% translate "No connection" %}</h1>
    <p>{% translate "This page was not opened on this device before. These can be read:" %}</p><ul>${links.join("")}</ul></main></body></html>`,
    { status: 503, headers: { "Content-Type": "text/html; charset=utf-8" } },
  );
}
