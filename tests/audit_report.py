"""Reads what pip-audit found and says plainly what was checked, what was not, and what is weak (`make audit`)."""

import json
import sys


def main() -> int:
    """Return 1 when a weakness is known, 0 otherwise: what could not be asked is said, not failed."""
    try:
        told = json.loads(sys.stdin.read())["dependencies"]
    except (ValueError, KeyError):
        told = []
    weak = [(one["name"], one["version"], flaw["id"], flaw["fix_versions"]) for one in told for flaw in one.get("vulns", [])]
    checked = [one for one in told if "skip_reason" not in one]
    for name, version, flaw, mended in weak:
        print(f"{name} {version}: {flaw}，修复于 / mended in {', '.join(mended) or '—'}")
    if not checked:
        print("漏洞信息服务不可达，未作检查 / the advisory service cannot be reached: NOT checked", file=sys.stderr)
    else:
        print(f"已查 {len(checked)} 个包，未查 {len(told) - len(checked)} 个，弱点 {len(weak)} 项 / checked {len(checked)}, not checked {len(told) - len(checked)}, weaknesses {len(weak)}")
    return 1 if weak else 0


if __name__ == "__main__":
    sys.exit(main())
