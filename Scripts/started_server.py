"""Starts Scrip's server for a check, and knows from what it prints that it listens; nothing is decided by time."""
import re
import subprocess
import sys
import threading

sys.dont_write_bytecode = True
LISTENS = r"Scrip listens on http://127\.0\.0\.1:(\d+)"


def copy(output, log):
    with log:
        log.writelines(output)


def start(command, log_path, until=LISTENS, **options):
    """Starts a server whose port is 0.

    Returns the process, its port, and what it printed up to the line in which `until` is found. The rest of what it
    prints goes to a file, as do its errors; all of it is there when the process's `copying` has ended.
    """
    log = open(log_path, "a", encoding="utf-8")
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, **options)
    printed = ""
    for line in process.stdout:
        log.write(line)
        log.flush()
        printed += line
        if re.search(until, printed) and re.search(LISTENS, printed):
            process.copying = threading.Thread(target=copy, args=(process.stdout, log), daemon=True)
            process.copying.start()
            return process, int(re.search(LISTENS, printed).group(1)), printed
    sys.exit(f"the server ended with {process.wait()}: {open(log_path, encoding='utf-8').read()}")
