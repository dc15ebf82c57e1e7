// A site whose documents and answers the test decides, and a mail server that keeps what it gets.
import http from 'node:http';
import net from 'node:net';

export class Site {
    constructor() {
        this.requests = [];
        this.hooks = [];
        this.answer = () => ({ body: '' });
        this.hookStatus = 200;
        this.server = http.createServer((request, response) => {
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
        this.origin = `http://127.0.0.1:${this.server.address().port}`;
        return this;
    }

    stop() {
        this.server.closeAllConnections();
        this.server.close();
    }
}

export class Mail {
    constructor() {
        this.messages = [];
        this.server = net.createServer((socket) => this.talk(socket));
    }

    talk(socket) {
        let data = false, auth = false, message = '', rest = '';
        socket.on('error', () => {});
        socket.write('220 test\r\n');
        socket.on('data', (bytes) => {
            rest += bytes;
            for (let at; (at = rest.indexOf('\r\n')) >= 0;) {
                const line = rest.slice(0, at);
                rest = rest.slice(at + 2);
                if (data && line === '.') {
                    data = false;
                    this.messages.push(message);
                    message = '';
                    socket.write('250 kept\r\n');
                } else if (data) {
                    message += line + '\n';
                } else if (auth) {
                    auth = false;
                    socket.write('235 welcome\r\n');
                } else if (/^DATA/i.test(line)) {
                    data = true;
                    socket.write('354 go on\r\n');
                } else if (/^EHLO/i.test(line)) {
                    socket.write('250-test\r\n250 AUTH PLAIN\r\n');
                } else if (/^AUTH/i.test(line)) {
                    socket.write(/^AUTH \S+ \S/i.test(line) ? '235 welcome\r\n' : '334 \r\n');
                    auth = !/^AUTH \S+ \S/i.test(line);
                } else if (/^QUIT/i.test(line)) {
                    socket.end('221 bye\r\n');
                } else {
                    socket.write('250 ok\r\n');
                }
            }
        });
    }

    async start() {
        await new Promise((done) => this.server.listen(0, '127.0.0.1', done));
        this.url = `smtp://127.0.0.1:${this.server.address().port}`;
        return this;
    }

    stop() {
        this.server.close();
    }
}
