// A site whose documents and responses the test sets, and a mail server that keeps its mails.
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import tls_ from 'node:tls';

export class Site {
    constructor(pems = null) {
        this.scheme = pems ? 'https' : 'http';
        this.requests = [];
        this.hooks = [];
        this.answer = () => ({ body: '' });
        this.hookStatus = 200;
        const create = (listener) => pems ? https.createServer(pems, listener) : http.createServer(listener);
        this.server = create((request, response) => {
            let body = '';
            request.on('data', (data) => (body += data));
            request.on('end', () => this.reply(request, body, response));
        });
    }

    reply(request, body, response) {
        if (request.method === 'POST') {
            if (this.hookStatus === 200)
                this.hooks.push({ headers: request.headers, body });
            response.writeHead(this.hookStatus).end();
            return;
        }
        this.requests.push(request);
        const { status = 200, headers = {}, body: text = '', type = 'text/html; charset=utf-8' } =
            this.answer(request, this.requests.length);
        response.writeHead(status, { 'Content-Type': type, ...headers }).end(text);
    }

    async start() {
        await new Promise((done) => this.server.listen(0, '127.0.0.1', done));
        this.origin = `${this.scheme}://127.0.0.1:${this.server.address().port}`;
        return this;
    }

    stop() {
        this.server.closeAllConnections();
        this.server.close();
    }
}

// `tls`: null, 'smtps' or 'starttls', with `pems` {key, cert}. `events` has the order of the commands.
export class Mail {
    constructor(tls = null, pems = {}, password = null) {
        Object.assign(this, { messages: [], events: [], kind: tls, pems, password });
        const make = tls === 'smtps' ? (listener) => tls_.createServer(pems, listener) : net.createServer;
        this.server = make((socket) => this.talk(socket, true));
        this.server.on('tlsClientError', () => this.events.push('refused'));
    }

    talk(socket, greets) {
        let data = false, auth = false, message = '', rest = '';
        const say = (text) => socket.write(`${text}\r\n`);
        const judge = (line) => {
            const good = this.password === null || Buffer.from(line, 'base64').toString().split('\0')[2] === this.password;
            say(good ? '235 welcome' : '535 no');
        };
        socket.on('error', () => {});
        if (greets)
            say('220 test');
        const take = (line) => {
            if (data && line === '.') {
                data = false;
                this.messages.push(message);
                message = '';
                say('250 kept');
            } else if (data) {
                message += line + '\n';
            } else if (auth) {
                auth = false;
                judge(line);
            } else if (/^DATA/i.test(line)) {
                data = true;
                say('354 go on');
            } else if (/^EHLO/i.test(line)) {
                const plain = this.kind === 'starttls' && !socket.encrypted;
                say(plain ? '250-test\r\n250 STARTTLS' : '250-test\r\n250 AUTH PLAIN');
            } else if (/^STARTTLS/i.test(line)) {
                this.events.push('starttls');
                say('220 go on');
                socket.removeAllListeners('data');
                const inner = new tls_.TLSSocket(socket, { isServer: true, ...this.pems });
                inner.on('error', () => this.events.push('refused'));
                this.talk(inner, false);
            } else if (/^AUTH/i.test(line)) {
                this.events.push(socket.encrypted ? 'auth' : 'auth in the clear');
                auth = !/^AUTH \S+ \S/i.test(line);
                auth ? say('334 ') : judge(line.split(' ')[2]);
            } else if (/^QUIT/i.test(line)) {
                socket.end('221 bye\r\n');
            } else {
                say('250 ok');
            }
        };
        socket.on('data', (bytes) => {
            rest += bytes;
            for (let at; (at = rest.indexOf('\r\n')) >= 0;) {
                const line = rest.slice(0, at);
                rest = rest.slice(at + 2);
                take(line);
            }
        });
    }

    async start() {
        await new Promise((done) => this.server.listen(0, '127.0.0.1', done));
        this.url = `${this.kind === 'smtps' ? 'smtps' : 'smtp'}://127.0.0.1:${this.server.address().port}`;
        return this;
    }

    stop() {
        this.server.close();
    }
}
