# SPDX-License-Identifier: Apache-2.0
"""The server's side of WebSocket, as far as a test of a feed needs it: text messages to one client."""
import base64
import hashlib
import socket
import struct

MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Server:
    """Listens on a port of its own; with `tls`, an ssl.SSLContext, as wss://."""

    def __init__(self, timeout_s, tls=None):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(timeout_s)
        self.timeout_s = timeout_s
        self.tls = tls
        self.port = self.listener.getsockname()[1]

    def accept(self):
        """A client, once it has upgraded."""
        stream, _ = self.listener.accept()
        stream.settimeout(self.timeout_s)
        if self.tls:
            stream = self.tls.wrap_socket(stream, server_side=True)
        request = b""
        while b"\r\n\r\n" not in request:
            request += stream.recv(4096)
        fields = dict(line.split(b": ", 1) for line in request.split(b"\r\n")[1:] if b": " in line)
        key = {name.lower(): value for name, value in fields.items()}[b"sec-websocket-key"]
        accept = base64.b64encode(hashlib.sha1(key + MAGIC).digest())
        stream.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                       b"Connection: Upgrade\r\nSec-WebSocket-Accept: " + accept + b"\r\n\r\n")
        return stream

    def close(self):
        self.listener.close()


def frame(opcode, payload):
    size = len(payload)
    if size < 126:
        head = struct.pack(">BB", 0x80 | opcode, size)
    elif size < 65536:
        head = struct.pack(">BBH", 0x80 | opcode, 126, size)
    else:
        head = struct.pack(">BBQ", 0x80 | opcode, 127, size)
    return head + payload


def text(payload):
    return frame(1, payload)


def goodbye():
    return frame(8, struct.pack(">H", 1000))


def receive_text(stream):
    """The next text message of the client, which masks it."""
    head = receive(stream, 2)
    size = head[1] & 127
    if size == 126:
        size = struct.unpack(">H", receive(stream, 2))[0]
    mask = receive(stream, 4)
    payload = receive(stream, size)
    return bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))


def receive(stream, size):
    data = b""
    while len(data) < size:
        part = stream.recv(size - len(data))
        if not part:
            raise AssertionError("the client has gone")
        data += part
    return data
