import json, os, threading, urllib.request

from receiver import serve

patience = float(os.environ.get("PATIENCE", 60))
timers = {}  # of each session that does not work


def handle(event):
    if event["event"] != "session.status":
        return
    session, status = event["session"], event["payload"]["status"]
    if status == "WORKING" and session in timers:
        timers.pop(session).cancel()
    elif status in ("SCAN_QR_CODE", "FAILED", "STARTING") and session not in timers:
        timers[session] = threading.Timer(patience, alert, [session, status])
        timers[session].start()


def alert(session, status):
    text = f"The Wawp session {session} became {status}, and has not recovered."
    body, kind = json.dumps({"text": text}).encode(), {"Content-Type": "application/json"}
    urllib.request.urlopen(urllib.request.Request(os.environ["ALERT_URL"], body, kind), timeout=30).close()


serve(handle)
