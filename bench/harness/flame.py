"""Samples of perf to a flame graph, with nothing but Python: `perf script | flame.py > flame.svg`."""

import re
import sys
from collections import Counter
from xml.sax.saxutils import escape

NAMESPACE = "http:" + "//www.w3.org/2000/svg"
WIDTH, ROW, LETTER = 1200, 17, 6.6
SMALLEST = 0.3  # pixels
FRAME = re.compile(r"^\s+[0-9a-f]+ (.*) \(([^()]*(?:\([^()]*\))?)\)$")


def fold(script: str) -> Counter:
    """Stacks, root first, and how many samples each has."""
    stacks: Counter = Counter()
    for sample in re.split(r"\n\s*\n", script):
        frames = []
        thread = ""
        for line in sample.splitlines():
            found = FRAME.match(line)
            if found:
                frames.append(short(found[1], found[2]))
            elif line.strip() and not line.startswith("#"):
                thread = line.split()[0]
        if frames:
            stacks[(thread, *reversed(frames))] += 1
    return stacks


def short(symbol: str, binary: str) -> str:
    """Without offset and arguments; of unknown symbols, whose they are."""
    symbol = re.sub(r"\+0x[0-9a-f]+$", "", symbol)
    if symbol == "[unknown]":
        return f"[{binary.rsplit('/', 1)[-1]}]"
    symbol = symbol.replace("(anonymous namespace)", "{}")
    return re.sub(r"\(.*", "", symbol) if not symbol.startswith("(") else symbol


class Node:
    def __init__(self) -> None:
        self.count = 0
        self.children: dict[str, Node] = {}


def tree_of(stacks: Counter) -> Node:
    root = Node()
    for stack, count in stacks.items():
        node = root
        node.count += count
        for name in stack:
            node = node.children.setdefault(name, Node())
            node.count += count
    return root


def draw(root: Node) -> str:
    boxes: list[str] = []
    deepest = place(root, "all", 0, 0.0, WIDTH / max(root.count, 1), root.count, boxes)
    height = (deepest + 1) * ROW + 8
    return "\n".join([
        f'<svg xmlns="{NAMESPACE}" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}">',
        "<style>text { font: 11px monospace; pointer-events: none } rect { stroke: #fff; "
        "stroke-width: .5 } rect:hover { fill: #d0d7de }</style>",
        f'<g transform="translate(0 {height - 4})">', *boxes, "</g>", "</svg>\n"])


def place(node: Node, name: str, depth: int, left: float, scale: float, total: int,
          boxes: list[str]) -> int:
    """Draws a node and what it called above it; how deep it goes."""
    width = node.count * scale
    if width < SMALLEST:
        return depth
    tone = sum(map(ord, name)) % 60
    top = -(depth + 1) * ROW
    share = node.count / max(total, 1)
    boxes.append(f'<rect x="{left:.1f}" y="{top}" width="{width:.1f}" height="{ROW}" '
                 f'fill="hsl({10 + tone} 75% 70%)"><title>{escape(name)}: {node.count} samples, '
                 f'{share:.1%}</title></rect>')
    letters = int((width - 4) / LETTER)
    if letters > 2:
        text = name if len(name) <= letters else name[:letters - 1] + "~"
        boxes.append(f'<text x="{left + 2:.1f}" y="{top + ROW - 5}">{escape(text)}</text>')
    deepest = depth
    for child, below in sorted(node.children.items()):
        deepest = max(deepest, place(below, child, depth + 1, left, scale, total, boxes))
        left += below.count * scale
    return deepest


def main() -> int:
    stacks = fold(sys.stdin.read())
    if not stacks:
        print("flame.py: no samples on standard input", file=sys.stderr)
        return 1
    sys.stdout.write(draw(tree_of(stacks)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
