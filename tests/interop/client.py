"""What tests/interop/client.sh does, once the program is built: starts each server, has the client fetch
from it, and compares what it says with what is expected."""

import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

NGINX = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{}}
http {{
  access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  gzip on; gzip_types text/plain; gzip_min_length 1;
  types {{ text/plain txt; application/octet-stream bin; }}
  server {{ listen 127.0.0.1:{plain}; root {folder}/www; }}
  server {{
    listen 127.0.0.1:{tls} ssl http2; root {folder}/www;
    ssl_certificate {folder}/lab.pem; ssl_certificate_key {folder}/lab.key;
  }}
}}
"""


def port() -> int:
    """One that is free, as the kernel chooses it."""
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        return chosen.getsockname()[1]


def wait(number: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", number), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    sys.exit(f"nothing listens on {number}")


def main() -> None:
    client = sys.argv[1]
    failed = False
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        (folder / "www").mkdir()
        (folder / "www" / "a.txt").write_text("the wind goes round\n" * 1000)
        (folder / "www" / "a.bin").write_bytes(bytes(300_000))
        made = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=lab"
        command = ["openssl", *made.split(), "-addext", "subjectAltName=DNS:lab.test"]
        command += ["-addext", "basicConstraints=critical,CA:FALSE"]
        command += ["-keyout", folder / "lab.key", "-out", folder / "lab.pem"]
        subprocess.run(command, check=True, capture_output=True)
        plain, tls, python, h2 = port(), port(), port(), port()
        (folder / "nginx.conf").write_text(NGINX.format(folder=folder, plain=plain, tls=tls))
        servers = [
            ["nginx", "-p", text, "-e", f"{text}/error.log", "-c", f"{text}/nginx.conf"],
            [sys.executable, "-m", "http.server", "-b", "127.0.0.1", "-d", f"{text}/www", str(python)],
            ["nghttpd", "-a", "127.0.0.1", "-d", f"{text}/www", str(h2), f"{text}/lab.key", f"{text}/lab.pem"],
        ]
        quiet = subprocess.DEVNULL
        started = [subprocess.Popen(command, stdout=quiet, stderr=quiet) for command in servers]
        root = str(folder / "lab.pem")
        kept, closed = "opened 1 reused 4", "opened 5 reused 0"
        table = [
            ("nginx", [f"http://127.0.0.1:{plain}/a.txt"], "HTTP/1.1 200 20000", kept),
            ("nginx", [f"http://127.0.0.1:{plain}/a.bin"], "HTTP/1.1 200 300000", kept),
            ("nginx", [f"http://127.0.0.1:{plain}/none"], "HTTP/1.1 404", kept),
            ("nginx, TLS", [f"https://lab.test:{tls}/a.txt", root], "HTTP/2.0 200 20000", kept),
            ("nginx, TLS", [f"https://lab.test:{tls}/a.bin", root], "HTTP/2.0 200 300000", kept),
            ("http.server", [f"http://127.0.0.1:{python}/a.bin"], "HTTP/1.0 200 300000", closed),
            ("nghttpd", [f"https://lab.test:{h2}/a.bin", root], "HTTP/2.0 200 300000", kept),
        ]
        try:
            for number in (plain, tls, python, h2):
                wait(number)
            for name, (url, *rest), line, last in table:
                command = [client, url, "5", *rest]
                done = subprocess.run(command, capture_output=True, text=True, timeout=60)
                *lines, end = done.stdout.splitlines() or [done.stderr.strip()]
                fine = len(lines) == 5 and all(l.startswith(line) for l in lines) and end == last
                failed |= not fine
                print("ok  " if fine else "FAIL", name, url, set(lines), end, done.stderr.strip())
        finally:
            for server in started:
                server.kill()
                server.wait()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
