// tls.mjs PORT DIR NAME...: the TLS proxy in front of a team's Grid: one listener on 127.0.0.1 for
// each NAME, with the certificate DIR/NAME.pem and its key DIR/NAME.key, which relays to
// 127.0.0.1:PORT. Prints the ports it listens on, in one line.
import { readFileSync } from 'node:fs';
import net from 'node:net';
import tls from 'node:tls';

const [port, dir, ...names] = process.argv.slice(2);

const listen = (name) =>
  new Promise((resolve, reject) => {
    const options = { cert: readFileSync(`${dir}/${name}.pem`), key: readFileSync(`${dir}/${name}.key`) };
    const server = tls.createServer(options, (outside) => {
      const inside = net.connect(Number(port), '127.0.0.1');
      const end = () => {
        outside.destroy();
        inside.destroy();
      };
      outside.on('error', end).on('close', end).pipe(inside);
      inside.on('error', end).on('close', end).pipe(outside);
    });
    server.on('tlsClientError', () => {}); // a client that does not trust us disconnects
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(server.address().port));
  });

console.log((await Promise.all(names.map(listen))).join(' '));
