#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""plot.py JSON SVG: plot the curves of a benchmark's result, both axes logarithmic."""
import json
import math
import sys

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 900, 520, 70, 50, 250, 60
COLOURS = ["#1b6ca8", "#d1495b", "#2e8b57", "#8d5a97", "#e08e0b", "#444444"]
TITLES = {
    "first_write": "first write",
    "ptes": "page tables",
    "vmas": "VMAs",
}


def label(name):
    what, _, whose = name.partition(".")
    return f"{TITLES.get(what, what)}, {whose.replace('_', ' ').replace('pagemap scan', 'PAGEMAP_SCAN').replace('procmap query', 'PROCMAP_QUERY')}"


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[1]) as source:
        result = json.load(source)
    curves = result["curves"]
    if not curves:
        sys.exit(f"plot.py: {sys.argv[1]} has no curves")
    points = [p for curve in curves.values() for p in curve]
    x_range = (0, math.ceil(math.log10(max(p[0] for p in points))))
    y_range = (math.floor(math.log10(min(p[1] for p in points))),
               math.ceil(math.log10(max(p[1] for p in points))))

    def place(x, y):
        fx = (math.log10(x) - x_range[0]) / (x_range[1] - x_range[0])
        fy = (math.log10(y) - y_range[0]) / (y_range[1] - y_range[0])
        return LEFT + fx * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - fy * (HEIGHT - TOP - BOTTOM)

    out = ['<!-- SPDX-License-Identifier: GPL-2.0 -->',
           f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
           'font-family="sans-serif" font-size="13">',
           f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
           f'<text x="{LEFT}" y="24" font-size="16">Instructions for one page or VMA</text>']
    for exponent in range(x_range[0], x_range[1] + 1):
        x, _ = place(10 ** exponent, 10 ** y_range[0])
        out.append(f'<path d="M{x:.0f} {TOP}V{HEIGHT - BOTTOM}" stroke="#ddd"/>'
                   f'<text x="{x:.0f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">'
                   f'{10 ** exponent:,}</text>')
    for exponent in range(y_range[0], y_range[1] + 1):
        _, y = place(1, 10 ** exponent)
        out.append(f'<path d="M{LEFT} {y:.0f}H{WIDTH - RIGHT}" stroke="#ddd"/>'
                   f'<text x="{LEFT - 8}" y="{y + 4:.0f}" text-anchor="end">'
                   f'{10 ** exponent:,}</text>')
    out.append(f'<text x="{(LEFT + WIDTH - RIGHT) // 2}" y="{HEIGHT - 18}" '
               'text-anchor="middle">pages, or VMAs</text>')
    for i, (name, curve) in enumerate(sorted(curves.items())):
        colour = COLOURS[i % len(COLOURS)]
        dash = "" if name.endswith(".vmlab") else ' stroke-dasharray="6 4"'
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*p) for p in curve))
        out.append(f'<polyline points="{path}" fill="none" stroke="{colour}" '
                   f'stroke-width="2"{dash}/>')
        y = TOP + 20 + 22 * i
        out.append(f'<path d="M{WIDTH - RIGHT + 16} {y - 4}h26" stroke="{colour}" '
                   f'stroke-width="2"{dash}/>'
                   f'<text x="{WIDTH - RIGHT + 50}" y="{y}">{label(name)}</text>')
    out.append("</svg>")
    with open(sys.argv[2], "w") as svg:
        svg.write("\n".join(out) + "\n")


if __name__ == "__main__":
    main()
