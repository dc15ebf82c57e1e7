// A browser made from a trace: what `offswitch --trace FILE` wrote about a DevTools run is played
// back to the program, so that a failure in the field becomes a test.
//
//   node replay.mjs FILE         prints the address for --connect, and serves until a signal
//
// Each message of the program is matched with the first recorded one that asks the same and was not
// used yet; its answer has the recorded delay, and follows the events that came before it. A
// program that polls more often than before gets the last answer again. The recorded messages of a
// page are dropped when the next page is requested.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const SLOWEST = 2000;

export function readTrace(file) {
  const lines = readFileSync(file, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));
  const asked = new Map();
  const records = [];
  lines.forEach(({ ms, dir, message }, at) => {
    if (dir === ">") {
      const record = { at, ms, message, key: keyOf(message), answer: null };
      asked.set(message.id, record);
      records.push(record);
    } else if (message.id !== undefined && asked.has(message.id)) {
      asked.get(message.id).answer = { at, ms, message };
    }
  });
  const events = lines.map(({ dir, message }, at) => ({ at, message, dir })).filter((l) => l.dir === "<" && l.message.id === undefined);
  return { records, events };
}

// What makes two requests the same. The probe's own source, and the random mark of a tab, are ignored. The recorded
// params are not all that was sent: random marks and what a trace leaves out are missing.
const unlike = new Set(["Target.createTarget", "Network.enable", "Page.addScriptToEvaluateOnNewDocument"]);

function keyOf({ method, sessionId, params = {} }) {
  const words = [method, sessionId || ""];
  if (method === "Runtime.callFunctionOn") {
    const [name, args] = params.arguments || [];
    words.push(name?.value ?? name?.objectId ?? "", JSON.stringify({ ...args?.value, config: undefined }));
    if (!name) words.push(params.functionDeclaration.length < 100 ? params.functionDeclaration : "probe", params.executionContextId);
  } else if (!unlike.has(method)) {
    words.push(JSON.stringify(params));
  }
  return words.join(" ");
}

const isPage = (record) => record.message.method === "Page.navigate";

export class Replay {
  constructor(trace) {
    Object.assign(this, trace, { used: new Set(), last: new Map(), told: 0, strange: [] });
  }

  // The messages to send for one of the program's, and after how many milliseconds.
  take(message) {
    const key = keyOf(message);
    const session = message.sessionId || "";
    const mine = this.records.filter((r) => (r.message.sessionId || "") === session && !this.used.has(r));
    const next = mine.find((r) => r.key === key);
    const barrier = mine.find(isPage);
    const fresh = next && (next === barrier || !barrier || next.at < barrier.at) ? next : null;
    const record = fresh || this.last.get(key);
    if (!record?.answer) {
      this.strange.push(message.method);
      return { delay: 0, messages: [{ id: message.id, sessionId: message.sessionId, error: { code: -32000, message: "not in the trace" } }] };
    }
    this.last.set(key, record);
    const messages = [];
    if (fresh) {
      this.used.add(fresh);
      if (isPage(fresh)) mine.filter((r) => r.at < fresh.at).forEach((r) => this.used.add(r));
      while (this.told < this.events.length && this.events[this.told].at < fresh.answer.at) messages.push(this.events[this.told++].message);
    }
    messages.push({ ...record.answer.message, id: message.id });
    if (fresh) {
      const then = this.records.find((r) => r.at > fresh.answer.at)?.at ?? Infinity;
      while (this.told < this.events.length && this.events[this.told].at < then) messages.push(this.events[this.told++].message);
    }
    return { delay: Math.min(SLOWEST, record.answer.ms - record.ms), messages };
  }
}

// ---- RFC 6455, as far as our one client needs it ----

function frame(text) {
  const body = Buffer.from(text);
  const head = body.length < 126 ? Buffer.from([0x81, body.length]) : body.length < 65536 ? Buffer.from([0x81, 126, body.length >> 8, body.length & 255]) : Buffer.alloc(10);
  if (head.length === 10) {
    head[0] = 0x81;
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(body.length), 2);
  }
  return Buffer.concat([head, body]);
}

function* frames(state) {
  for (;;) {
    const b = state.buffer;
    if (b.length < 2) return;
    const short = b[1] & 127;
    const start = short === 126 ? 4 : short === 127 ? 10 : 2;
    if (b.length < start + 4) return;
    const length = short === 126 ? b.readUInt16BE(2) : short === 127 ? Number(b.readBigUInt64BE(2)) : short;
    if (b.length < start + 4 + length) return;
    const mask = b.subarray(start, start + 4);
    const body = Buffer.from(b.subarray(start + 4, start + 4 + length).map((c, i) => c ^ mask[i & 3]));
    state.buffer = b.subarray(start + 4 + length);
    yield { opcode: b[0] & 15, body };
  }
}

// Serve one trace; gives { address, replay, close() }.
export async function serve(file) {
  const replay = new Replay(readTrace(file));
  const path = "/devtools/browser/replay";
  const server = createServer((request, response) => {
    const known = request.url === "/json/version";
    response.writeHead(known ? 200 : 404, { "Content-Type": "application/json" });
    response.end(known ? JSON.stringify({ webSocketDebuggerUrl: "ws://" + request.headers.host + path }) : "");
  });
  server.on("upgrade", (request, socket) => {
    const accept = createHash("sha1").update(request.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest("base64");
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
    const state = { buffer: Buffer.alloc(0) };
    socket.on("error", () => socket.destroy());
    socket.on("data", (data) => {
      state.buffer = Buffer.concat([state.buffer, data]);
      for (const { opcode, body } of frames(state)) {
        if (opcode === 8) return socket.end();
        if (opcode !== 1) continue;
        const { delay, messages } = replay.take(JSON.parse(body));
        setTimeout(() => socket.writable && messages.forEach((m) => socket.write(frame(JSON.stringify(m)))), delay);
      }
    });
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const address = `ws://127.0.0.1:${server.address().port}${path}`;
  return { address, replay, close: () => (server.closeAllConnections(), server.close()) };
}

if (process.argv[1]?.endsWith("replay.mjs")) {
  const { address } = await serve(process.argv[2]);
  console.log(address);
}
