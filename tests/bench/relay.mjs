// A relay on 127.0.0.1 that counts what a client and a browser or driver send to each other: HTTP requests and answers,
// WebSocket messages (RFC 6455), and all bytes. It changes only, if asked to, the port in the Host line of a
// connection's first request: Firefox accepts its own port only.
//
//   const relay = await openRelay(port, rewrites); relay.port; relay.take() -> {messages, bytes}; relay.close()

import { connect, createServer } from "node:net";

// Counts the messages of one direction of one connection.
function counter(note) {
  let rest = Buffer.alloc(0);
  let skip = 0; // bytes of a body or frame that have not arrived yet
  let chunked = false;
  let frames = false; // after the upgrade

  function head() {
    const end = rest.indexOf("\r\n\r\n");
    if (end < 0) return false;
    const text = rest.subarray(0, end).toString("latin1").toLowerCase();
    rest = rest.subarray(end + 4);
    note();
    if (/\r\nupgrade: *websocket/.test(text)) frames = true;
    else if (/\r\ntransfer-encoding: *chunked/.test(text)) chunked = true;
    else skip = Number(/\r\ncontent-length: *(\d+)/.exec(text)?.[1] ?? 0);
    return true;
  }
  function chunk() {
    const end = rest.indexOf("\r\n");
    if (end < 0) return false;
    const size = parseInt(rest.subarray(0, end).toString("latin1"), 16);
    rest = rest.subarray(end + 2);
    skip = size + 2;
    chunked = size > 0;
    return true;
  }
  function frame() {
    if (rest.length < 2) return false;
    const more = { 126: 2, 127: 8 }[rest[1] & 127] ?? 0;
    if (rest.length < 2 + more) return false;
    const length = more === 2 ? rest.readUInt16BE(2) : more === 8 ? Number(rest.readBigUInt64BE(2)) : rest[1] & 127;
    if (rest[0] & 0x80 && (rest[0] & 15) <= 2) note();
    skip = length + (rest[1] & 0x80 ? 4 : 0);
    rest = rest.subarray(2 + more);
    return true;
  }
  return (data) => {
    rest = rest.length ? Buffer.concat([rest, data]) : data;
    for (;;) {
      const now = Math.min(skip, rest.length);
      skip -= now;
      rest = rest.subarray(now);
      if (skip || !rest.length || !(frames ? frame() : chunked ? chunk() : head())) return;
    }
  };
}

export async function openRelay(port, rewrites = false) {
  let messages = 0;
  let bytes = 0;
  const open = new Set();
  const server = createServer((client) => {
    const peer = connect(port, "127.0.0.1");
    for (const [from, to] of [[client, peer], [peer, client]]) {
      const count = counter(() => messages++);
      open.add(from);
      from.setNoDelay(true);
      let first = rewrites && from === client;
      from.on("data", (data) => {
        bytes += data.length;
        count(data);
        if (first) data = Buffer.from(data.toString("latin1").replace(/^(host: [^:\r]*:)\d+/im, `$1${port}`), "latin1");
        first = false;
        to.write(data);
      });
      from.on("end", () => to.end()).on("error", () => to.destroy()).on("close", () => open.delete(from));
    }
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return {
    port: server.address().port,
    take() {
      const counted = { messages, bytes };
      messages = bytes = 0;
      return counted;
    },
    close() {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}
