// One sound at a time, and a switch from one to the next keeps the place.
const players = Array.from(document.querySelectorAll("audio"));
let current = null;
for (const player of players) {
  player.addEventListener("play", () => {
    if (current && current !== player) {
      if (!current.paused) player.currentTime = current.currentTime;
      current.pause();
    }
    current = player;
    for (const row of document.querySelectorAll(".player"))
      row.classList.toggle("on", row.contains(player));
  });
}

// The blind test: two sounds in a secret order, drawn anew after each answer.
const blind = document.querySelector(".blind");
blind.closest("section").hidden = false;
const sources = ["target", "pedal"].map((key) => document.querySelector(`.${key} audio`).src);
const sound = new Audio();
const choices = Array.from(blind.querySelectorAll("[data-play]"));
const tally = blind.querySelector("output");
const stop = () => sound.pause();
let order = [], right = 0, asked = 0;
function draw() {
  stop();
  for (const button of choices) button.classList.remove("on");
  order = Math.random() < 0.5 ? [0, 1] : [1, 0];
}
function chance(hits, of) {
  let ways = 1, sum = 0;
  for (let k = 0; k <= of; k++) {
    if (k >= hits) sum += ways;
    ways = (ways * (of - k)) / (k + 1);
  }
  return sum / 2 ** of;
}
for (const [number, button] of choices.entries()) {
  button.addEventListener("click", () => {
    if (current) current.pause();
    const at = sound.currentTime || 0;
    sound.src = sources[order[number]];
    sound.currentTime = at;
    sound.play();
    for (const other of choices) other.classList.toggle("on", other === button);
  });
}
for (const [number, button] of blind.querySelectorAll("[data-answer]").entries()) {
  button.addEventListener("click", () => {
    asked += 1;
    if (order[number] === 1) right += 1;
    const luck = Math.round(100 * chance(right, asked));
    tally.textContent = `${right} of ${asked} right; guessing does as well in ${luck} of 100 tries.`;
    draw();
  });
}
blind.querySelector("[data-stop]").addEventListener("click", stop);
for (const player of players) player.addEventListener("play", stop);
draw();
