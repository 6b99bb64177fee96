// Listen to this page: read aloud by the browser's own voices, sentence by sentence, each marked while it is heard.
// Loaded when somebody asks for it. What is read is the text; of an activity its title and its question.
"use strict";

{
  const BLOCKS = "h1, h2, h3, legend, p, li, dt, dd, th, td, figcaption, caption";
  const SKIP = ".cite, .definition, .words, .media, .listen, .hint, .status, .print-only, .visually-hidden, [hidden]";
  const SPEED = "media-speed"; // the same as for sound
  const VOICE = "listen-voice";
  const page = document.querySelector("article.page");
  const language = page.closest("[lang]").lang.slice(0, 2).toLowerCase();
  const bar = document.getElementById("listening");
  const button = (name) => bar.querySelector(`[data-do="${name}"]`);
  const voiceChoice = bar.querySelector("[data-voice]");
  const speedChoice = bar.querySelector("[data-speed]");

  function recall(key) {
    try {
      return localStorage.getItem(key);
    } catch {
      return null; // a browser that keeps nothing still reads
    }
  }

  function remember(key, value) {
    try {
      localStorage.setItem(key, value);
    } catch { /* as above */ }
  }

  function isRead(element) {
    if (element.closest(SKIP) || !element.checkVisibility()) return false;
    const activity = element.closest(".activity");
    if (!activity) return Boolean(element.closest("h1, .lead, .prose, .opening"));
    return element.matches(".activity-title, legend:has(.activity-title)") || activity.querySelector(".prose")?.contains(element);
  }

  // The words of a block as one string, with the text node that each stretch of it comes from
  function textOf(block) {
    const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
    const pieces = [];
    let text = "";
    while (walker.nextNode()) {
      const node = walker.currentNode;
      const inner = node.parentElement.closest(BLOCKS);
      if (inner !== block || node.parentElement.closest(SKIP)) continue;
      pieces.push({ node, start: text.length });
      text += node.data;
    }
    return { text, pieces };
  }

  function rangeOf(pieces, start, end) {
    const range = document.createRange();
    const at = (place) => pieces.findLast((piece) => piece.start <= place);
    const first = at(start);
    const last = at(Math.max(start, end - 1));
    range.setStart(first.node, start - first.start);
    range.setEnd(last.node, Math.min(end - last.start, last.node.length));
    return range;
  }

  function sentencesOf(block) {
    const { text, pieces } = textOf(block);
    const found = [];
    for (const { segment, index } of new Intl.Segmenter(language, { granularity: "sentence" }).segment(text)) {
      const words = segment.replaceAll(/\s+/g, " ").trim();
      if (/[\p{L}\p{N}]/u.test(words)) {
        found.push({ words, block, range: rangeOf(pieces, index, index + segment.length) });
      }
    }
    return found;
  }

  const sentences = [...page.querySelectorAll(BLOCKS)].filter(isRead).flatMap(sentencesOf);
  let now = -1;
  let isSpeaking = false;

  function mark(sentence) {
    for (const block of page.querySelectorAll(".listened")) block.classList.remove("listened");
    if (!CSS.highlights) sentence?.block.classList.add("listened"); // an older browser marks the paragraph
    else if (sentence) CSS.highlights.set("listened", new Highlight(sentence.range));
    else CSS.highlights.delete("listened");
    if (!sentence) return;
    const { top, bottom } = sentence.range.getBoundingClientRect();
    if (top < 60 || bottom > innerHeight - 140) sentence.block.scrollIntoView({ block: "center" });
  }

  function speak(place) {
    speechSynthesis.cancel();
    now = Math.min(Math.max(place, 0), sentences.length - 1);
    const said = new SpeechSynthesisUtterance(sentences[now].words);
    said.voice = voices().find(({ name }) => name === voiceChoice.value) ?? null;
    said.lang = said.voice?.lang ?? language;
    said.rate = Number(speedChoice.value);
    const mine = now;
    said.onend = () => {
      if (!isSpeaking || now !== mine) return; // it was stopped, or somebody went elsewhere
      if (now + 1 < sentences.length) speak(now + 1);
      else stop();
    };
    isSpeaking = true;
    mark(sentences[now]);
    speechSynthesis.speak(said);
    show();
  }

  function pause() {
    isSpeaking = false;
    speechSynthesis.cancel();
    show();
  }

  function stop() {
    pause();
    mark(null);
    bar.hidden = true;
    page.querySelector("[data-listen]").focus();
  }

  function show() {
    bar.hidden = false;
    button("play").textContent = isSpeaking ? bar.dataset.pause : bar.dataset.goOn;
    button("back").setAttribute("aria-disabled", String(now <= 0));
    button("next").setAttribute("aria-disabled", String(now >= sentences.length - 1));
  }

  const voices = () => speechSynthesis.getVoices().filter(({ lang }) => lang.toLowerCase().startsWith(language));

  function offerVoices() {
    voiceChoice.replaceChildren(...voices().map(({ name }) => new Option(name)));
    const kept = recall(VOICE);
    const preferred = voices().find(({ name }) => name === kept) ?? voices().find((voice) => voice.default);
    if (preferred) voiceChoice.value = preferred.name;
    voiceChoice.parentElement.hidden = voices().length < 2;
  }

  // From where one is looking, not from the top again
  function begin() {
    for (const sound of document.querySelectorAll("audio")) sound.pause();
    const seen = sentences.findIndex(({ range }) => range.getBoundingClientRect().bottom > 0);
    speak(scrollY < 200 ? 0 : Math.max(seen, 0));
    button("play").focus();
  }

  const deeds = {
    play: () => (isSpeaking ? pause() : speak(now)),
    back: () => speak(now - 1),
    next: () => speak(now + 1),
    stop,
  };
  bar.addEventListener("click", ({ target }) => deeds[target.dataset.do]?.());
  bar.addEventListener("keydown", ({ key }) => key === "Escape" && stop());
  for (const [choice, key] of [[speedChoice, SPEED], [voiceChoice, VOICE]]) {
    choice.addEventListener("change", () => {
      remember(key, choice.value);
      if (isSpeaking) speak(now);
    });
  }
  document.addEventListener("play", pause, true); // a sound on the page goes before
  window.addEventListener("pagehide", () => speechSynthesis.cancel());
  page.querySelector("[data-listen]").addEventListener("click", begin);

  const kept = recall(SPEED);
  if ([...speedChoice.options].some(({ value }) => value === kept)) speedChoice.value = kept;
  offerVoices();
  speechSynthesis.addEventListener?.("voiceschanged", offerVoices);
  begin();
}
