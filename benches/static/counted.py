"""A proxy that passes bytes on and counts them. It must not know what they mean."""

import socket
import threading


class Counted:
    """Listens on a port of its own and connects to `port` for each connection that comes."""

    def __init__(self, port: int):
        self.to, self.sent, self.received, self.connections = port, 0, 0, 0
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def close(self) -> None:
        self.listener.close()

    def take(self) -> tuple:
        """Bytes to the server and from it, and connections, since the last call."""
        with self.lock:
            found = self.sent, self.received, self.connections
            self.sent = self.received = self.connections = 0
        return found

    def accept(self) -> None:
        while True:
            try:
                client = self.listener.accept()[0]
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.to))
            with self.lock:
                self.connections += 1
            for one, other, to_server in ((client, server, True), (server, client, False)):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                arguments = (one, other, to_server)
                threading.Thread(target=self.pass_on, args=arguments, daemon=True).start()

    def pass_on(self, source: socket.socket, into: socket.socket, to_server: bool) -> None:
        try:
            while more := source.recv(1 << 16):
                with self.lock:
                    if to_server:
                        self.sent += len(more)
                    else:
                        self.received += len(more)
                into.sendall(more)
        except OSError:
            pass
        for one in (source, into):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
