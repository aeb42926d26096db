#!/usr/bin/env python3
"""Opens a report in headless Chromium: on a phone nothing may be wider than the screen, every picture
has to decode, and nothing may be fetched. Leaves three screenshots to look at.

    python3 Tests/Peers/report_in_chromium.py runs/ijepa/report.html --out screenshots

Needs Chromium (Debian package chromium) and Python 3.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

PROBE = """<!DOCTYPE html><html><body style="margin:0"><iframe id="page" src="%s"
style="width:360px;height:6000px;border:0"></iframe><pre id="found"></pre><script>
document.getElementById("page").onload = () => {
  const page = document.getElementById("page").contentDocument;
  const pictures = [...page.images];
  document.getElementById("found").textContent = JSON.stringify({
    width: page.documentElement.scrollWidth,
    pictures: pictures.length,
    broken: pictures.filter(picture => picture.naturalWidth === 0).map(picture => picture.alt),
    fetched: page.defaultView.performance.getEntriesByType("resource")
      .map(entry => entry.name).filter(name => !name.startsWith("data:")),
    charts: page.querySelectorAll("svg polyline").length,
    headings: [...page.querySelectorAll("h2")].map(heading => heading.textContent)
  });
};
</script></body></html>"""


def chromium(*words):
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
               "--allow-file-access-from-files", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("report", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    address = arguments.report.resolve().as_uri()
    with tempfile.TemporaryDirectory() as folder:
        probe = pathlib.Path(folder) / "probe.html"
        probe.write_text(PROBE % address)
        dom = chromium("--virtual-time-budget=5000", "--dump-dom", probe.as_uri())
        text = re.search(r'<pre id="found">(.*?)</pre>', dom, re.S).group(1)
        found = json.loads(text.replace("&amp;", "&"))
        print(json.dumps(found, indent=1))
        chromium("--window-size=820,2600", f"--screenshot={arguments.out}/phone.png",
                 probe.as_uri())
    chromium("--window-size=1200,4600", f"--screenshot={arguments.out}/light.png", address)
    chromium("--window-size=1200,4600", "--blink-settings=preferredColorScheme=0",
             f"--screenshot={arguments.out}/dark.png", address)
    wrong = []
    if found["width"] > 360:
        wrong.append(f"the page is {found['width']} pixels wide on a phone of 360")
    if found["broken"]:
        wrong.append(f"pictures do not decode: {found['broken']}")
    if found["fetched"]:
        wrong.append(f"the page fetches {found['fetched']}")
    if not found["headings"]:
        wrong.append("the page is empty")
    print("\n".join(wrong) or "nothing is wrong")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
