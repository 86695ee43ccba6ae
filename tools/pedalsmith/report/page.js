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
