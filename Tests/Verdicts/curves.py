#!/usr/bin/env python3
"""Draws the curves of the first 500 steps, of the runs that first-steps.yaml makes.

    jepa-pipe sweep Tests/Verdicts/first-steps.yaml --out first-steps
    python3 Tests/Verdicts/curves.py first-steps > first-steps.svg

Needs Python 3 and nothing else.
"""

import json
import pathlib
import sys

RUNS = [("plain", "plain recipe", "#2f81f7", ""), ("regulariser", "with a regulariser", "#1f9d55", ""),
        ("momentum 0", "momentum 0", "#c98a04", "6 4"),
        ("gradient into the targets", "gradient into the targets", "#e5343d", "2 3")]
PANELS = [("target_variance", "Variance of the targets", 0, 1),
          ("patch_skill", "Skill per patch", -2, 1), ("rankme", "RankMe of the features", 0, 16)]
WIDTH, HEIGHT, LEFT, TOP = 280, 230, 44, 40


def points(folder, run, figure):
    rows = (folder / f"{run.replace(' ', '-')}-seed-0" / "monitor.jsonl").read_text().splitlines()
    for row in map(json.loads, rows):
        value = next((row[name] for name in row if name.endswith("." + figure)), None)
        if value is not None:
            yield row["step"], value


def panel(folder, number, figure, title, low, high):
    left, right = LEFT + number * WIDTH, LEFT + number * WIDTH + WIDTH - 56
    bottom = TOP + HEIGHT - 60

    def place(step, value):
        value = min(max(value, low), high)
        return (f"{left + step / 500 * (right - left):.1f},"
                f"{bottom - (value - low) / (high - low) * (bottom - TOP):.1f}")

    yield f'<text x="{left}" y="{TOP - 16}" class="title">{title}</text>'
    for part in range(5):
        value = low + (high - low) * part / 4
        y = place(0, value).split(",")[1]
        yield f'<line x1="{left}" x2="{right}" y1="{y}" y2="{y}" stroke="#767e87" opacity=".3"/>'
        yield f'<text x="{left - 6}" y="{y}" dy="4" text-anchor="end">{value:g}</text>'
    for step in (0, 250, 500):
        x = place(step, low).split(",")[0]
        yield f'<text x="{x}" y="{bottom + 16}" text-anchor="middle">{step}</text>'
    for run, _, colour, dashes in RUNS:
        line = " ".join(place(*point) for point in points(folder, run, figure))
        yield (f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2" '
               f'stroke-dasharray="{dashes}"/>')


def main():
    folder = pathlib.Path(sys.argv[1])
    print(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + 3 * WIDTH} {HEIGHT + 30}" '
          'font-family="Helvetica,Arial,sans-serif" font-size="12" fill="#767e87">')
    print("<style>.title { font-size:14px; font-weight:bold; }</style>")
    for number, description in enumerate(PANELS):
        print("\n".join(panel(folder, number, *description)))
    for number, (_, label, colour, dashes) in enumerate(RUNS):
        x = LEFT + number * 200
        print(f'<line x1="{x}" x2="{x + 26}" y1="{HEIGHT + 14}" y2="{HEIGHT + 14}" stroke="{colour}" '
              f'stroke-width="2" stroke-dasharray="{dashes}"/>'
              f'<text x="{x + 32}" y="{HEIGHT + 18}">{label}</text>')
    print("</svg>")


if __name__ == "__main__":
    main()
