"""An SVG of bars for the README: CPU time per item of each system. Reads in light and dark."""

import math
from xml.sax.saxutils import escape

NAMESPACE = "http:" + "//www.w3.org/2000/svg"
BAR, GAP, TITLE, LEFT, WIDTH, RIGHT = 13, 14, 30, 215, 620, 75
COLOURS = ("#0f7b6c", "#b4552d", "#7a5ea8", "#8a8a8a")
STYLE = """<style>
text { font: 11px system-ui, sans-serif; fill: #24292f }
.title { font-size: 13px; font-weight: 600 }
.small { font-size: 10px; fill: #57606a }
.floor { stroke: #24292f; stroke-width: 1.5 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .small { fill: #9da7b1 } .floor { stroke: #e6edf3 }
}
</style>"""


def plot(entries: list[dict], title: str) -> str:
    """Bars on a logarithmic axis; a tick is the floor. Rows that failed say so and have no bar."""
    entries = [entry for entry in entries if entry["kind"] == "load" and entry["system"] != "relay"]
    systems = list(dict.fromkeys(entry["system"] for entry in entries))
    groups: dict[str, list[dict]] = {}
    for entry in entries:
        groups.setdefault(f"{entry['workload']} {entry['row']}", []).append(entry)
    costs = [entry["ns_per_item"] for entry in entries if entry.get("ns_per_item")]
    floors = [entry["floor"]["ns_per_item"] for entry in entries if entry.get("floor")]
    if not costs:
        return ""
    low, high = math.log10(min(costs + floors) / 1.5), math.log10(max(costs) * 1.05)

    def x(cost: float) -> float:
        return LEFT + (math.log10(cost) - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    lines, y = [], TITLE + 24
    for name, rows in groups.items():
        middle = y + len(rows) * BAR / 2 + 4
        lines.append(f'<text x="{LEFT - 8}" y="{middle:.0f}" text-anchor="end">'
                     f'{escape(name)}</text>')
        top = y
        for entry in rows:
            lines.append(bar(entry, systems, y, x))
            y += BAR
        floor = next((entry["floor"]["ns_per_item"] for entry in rows if entry.get("floor")), None)
        if floor:
            lines.append(f'<line class="floor" x1="{x(floor):.1f}" x2="{x(floor):.1f}" '
                         f'y1="{top - 2}" y2="{y + 1}"/>')
        y += GAP
    head = [f'<text class="title" x="8" y="18">{escape(title)}</text>', legend(systems)]
    foot = (f'<text class="small" x="8" y="{y + 8}">logarithmic axis; the tick is the floor of '
            'this machine: a relay of the same bytes, codecs included</text>')
    return "\n".join([f'<svg xmlns="{NAMESPACE}" viewBox="0 0 {WIDTH} {y + 18}" '
                      f'width="{WIDTH}" role="img" aria-label="{escape(title)}">',
                      STYLE, *head, *lines, foot, "</svg>\n"])


def bar(entry: dict, systems: list[str], y: int, x) -> str:
    cost = entry.get("ns_per_item")
    if not cost or entry["state"] != "ok":
        return (f'<text class="small" x="{LEFT + 4}" y="{y + BAR - 3}">{escape(entry["system"])}: '
                f'{escape(entry["state"])}</text>')
    colour = COLOURS[systems.index(entry["system"]) % len(COLOURS)]
    return (f'<rect x="{LEFT}" y="{y}" width="{x(cost) - LEFT:.1f}" height="{BAR - 2}" '
            f'fill="{colour}"><title>{escape(entry["system"])}</title></rect>'
            f'<text class="small" x="{x(cost) + 4:.1f}" y="{y + BAR - 3}">{cost:,.0f} ns</text>')


def legend(systems: list[str]) -> str:
    parts, left = [], LEFT
    for index, system in enumerate(systems):
        parts.append(f'<rect x="{left}" y="{TITLE}" width="10" height="10" '
                     f'fill="{COLOURS[index % len(COLOURS)]}"/>'
                     f'<text x="{left + 14}" y="{TITLE + 9}">{escape(system)}</text>')
        left += 34 + 7 * len(system)
    return "".join(parts)
