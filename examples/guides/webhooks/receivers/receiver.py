import collections, hashlib, hmac, json, os, queue, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

secret, events, seen = os.environ["WEBHOOK_SECRET"].encode(), queue.Queue(), collections.deque(maxlen=10_000)


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(min(int(self.headers.get("Content-Length", 0)), 1 << 20))
        digest = hmac.new(secret, body, hashlib.sha256).hexdigest()
        signature = self.headers.get("X-Wawp-Signature", "")
        signed = secret and hmac.compare_digest(digest.encode(), signature.encode())
        if signed:
            events.put(body)  # the answer does not wait for the work
        self.send_response(204 if signed else 401)
        self.end_headers()


def serve(handle):
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    while event := json.loads(events.get()):
        if event["id"] not in seen:
            seen.append(event["id"])
            handle(event)


if __name__ == "__main__":
    serve(lambda event: print(event["event"], event["id"], flush=True))
