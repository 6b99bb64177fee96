// Sound, transcripts and slides. Nothing plays by itself; without this file everything is there to hear and to read.
const SPEED = "media-speed";

function remember(speed) {
  try {
    localStorage.setItem(SPEED, speed);
  } catch {
    // A browser that keeps nothing still plays
  }
}

function remembered() {
  try {
    return localStorage.getItem(SPEED);
  } catch {
    return null;
  }
}

// Times become buttons that play from there
function makeSeekable(block, sound) {
  for (const time of block.querySelectorAll(".time")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "time";
    button.textContent = time.textContent;
    button.setAttribute("aria-label", block.dataset.playFrom.replace("{time}", time.textContent));
    button.addEventListener("click", () => {
      sound.currentTime = Number(button.closest("[data-start]").dataset.start);
      sound.play();
    });
    time.replaceWith(button);
  }
}

function startsBefore(items, second) {
  return items.findLastIndex((item) => Number(item.dataset.start) <= second + 0.05);
}

// The sentence that is heard is marked in the text, and so is the line or slide that it belongs to
function followText(block, sound) {
  const passages = [...block.querySelectorAll(".exchange > .passage")];
  const said = [...block.querySelectorAll(".said")];
  function mark() {
    const time = sound.currentTime;
    const line = startsBefore(passages, time);
    passages.forEach((passage, place) => passage.classList.toggle("now", place === line));
    for (const sentence of said) {
      const { start, end } = sentence.dataset;
      sentence.classList.toggle("now", !sound.paused && time >= Number(start) - 0.05 && time < Number(end));
    }
  }
  for (const event of ["timeupdate", "pause", "seeked"]) sound.addEventListener(event, mark);
}

function sayWhenItCannotPlay(block, sound) {
  sound.addEventListener("error", () => {
    block.querySelector(".no-sound").hidden = false;
  });
}

function chooseSpeed(block, sound) {
  const choice = block.querySelector("[data-speed]");
  const kept = remembered();
  if ([...choice.options].some((option) => option.value === kept)) choice.value = kept;
  sound.defaultPlaybackRate = sound.playbackRate = Number(choice.value);
  choice.addEventListener("change", () => {
    remember(choice.value);
    for (const other of document.querySelectorAll("[data-media] [data-speed]")) {
      other.value = choice.value;
      const audio = other.closest("[data-media]").querySelector("audio");
      audio.defaultPlaybackRate = audio.playbackRate = Number(choice.value);
    }
  });
  choice.closest(".speed").hidden = false;
}

// One slide at a time, turned by hand or by the sound
function makeStepper(block, sound) {
  const slides = [...block.querySelectorAll(".slides > li")];
  const bar = block.querySelector(".slide-bar");
  let shown = -1;

  function show(place) {
    if (place === shown || !slides[place]) return;
    shown = place;
    slides.forEach((slide, number) => slide.classList.toggle("off", number !== place));
    bar.querySelector(".slide-place").textContent = block.dataset.place.replace("{place}", place + 1).replace("{all}", slides.length);
    for (const button of bar.querySelectorAll("[data-turn]")) {
      // Not disabled: the button that one has just pressed would lose the focus
      button.setAttribute("aria-disabled", String(!slides[place + Number(button.dataset.turn)]));
    }
  }

  function turn(by) {
    const place = shown + by;
    if (!slides[place]) return;
    if (sound) sound.currentTime = Number(slides[place].dataset.start);
    show(place);
  }

  for (const button of bar.querySelectorAll("[data-turn]")) {
    button.addEventListener("click", () => turn(Number(button.dataset.turn)));
  }
  bar.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    turn(by);
  });
  sound?.addEventListener("timeupdate", () => show(startsBefore(slides, sound.currentTime)));
  block.classList.add("stepper");
  bar.hidden = false;
  // An address such as #talk-3 opens its slide
  show(Math.max(0, slides.findIndex((slide) => `#${slide.id}` === location.hash)));
}

for (const block of document.querySelectorAll("[data-media]")) {
  const sound = block.querySelector("audio");
  if (sound) {
    makeSeekable(block, sound);
    followText(block, sound);
    sayWhenItCannotPlay(block, sound);
    chooseSpeed(block, sound);
    // Two voices at once help nobody
    sound.addEventListener("play", () => {
      for (const other of document.querySelectorAll("audio")) if (other !== sound) other.pause();
    });
  }
  if (block.querySelector(".slides")) makeStepper(block, sound);
}
