// The clients that do the job: offswitch over each of its wires, the alternatives, and the floor.
//
//   jobs      which jobs it does
//   most      up to how many settings
//   needs     what it works with besides the browser: "driver", "firefox"
//   command   the program and its arguments for one run; `place` has the addresses
//   states    what it reports for each key, from its standard output
//   knows     which settings it can report correctly; all of them unless given

const offswitch = (options, more = {}) => ({
  ours: true,
  jobs: ["check", "fix"],
  most: Infinity,
  command: (place) => [
    place.offswitch, place.job === "check" ? "check" : "fix", place.scenario, "--origin", place.origin, "--all", "--json", "--state", place.state,
    "--acknowledge-terms", "--timeout", String(place.seconds), ...(more.connect ?? ((p) => ["--connect", `cdp://${new URL(p.browserURL).host}`]))(place),
    ...(place.job === "fix" ? ["--yes", ...(more.holds || !place.knowsHold ? [] : ["--hold", "0"])] : []), ...options,
  ],
  states(out, settings) {
    const report = JSON.parse(out);
    const keys = new Map(settings.map(({ id, key }) => [id, key]));
    return Object.fromEntries(report.settings.map((s) => [keys.get(s.id), ["as-wanted", "differs", "fixed"].includes(s.verdict) ? s.after ?? s.before : `${s.verdict} ${s.reason ?? ""}`]));
  },
  ...more,
});

const script = (name, more = {}) => ({
  jobs: ["check", "fix"],
  most: Infinity,
  command: (place) => [process.execPath, `${place.clients}/${name}.mjs`, place.task],
  states: (out) => JSON.parse(out),
  ...more,
});

const launched = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

export const clients = {
  "offswitch, 1 tab": offswitch(["--tabs", "1"]),
  "offswitch": offswitch([]),
  "offswitch, 8 tabs": offswitch(["--tabs", "8"]),
  "offswitch, 8 tabs, hold": offswitch(["--tabs", "8"], { jobs: ["fix"], holds: true }),
  // a browser of its own: the time includes the browser's start
  "offswitch, pipe": offswitch([], {
    most: 64, launches: true,
    connect: (place) => ["--connect", "launch", "--profile", place.profile, ...launched.map((arg) => (arg === "--headless" ? arg : `--browser-arg=${arg}`))],
  }),
  "offswitch, chromedriver": offswitch([], {
    most: 64, needs: "driver",
    connect: (place) => ["--connect", `webdriver://${new URL(place.driverURL).host}`, "--capabilities", place.capabilities],
  }),
  "offswitch, Firefox": offswitch([], { most: 64, needs: "firefox", connect: (place) => ["--connect", `bidi://${new URL(place.firefoxURL).host}`] }),
  "Puppeteer": script("puppeteer"),
  "Playwright": script("playwright"),
  "Selenium": script("selenium", { most: 64, needs: "driver" }),
  "floor": script("floor"),
  "floor, bare": script("floor", { jobs: ["check"], job: "bare", knows: ({ kind }) => kind === "served" }),
};
