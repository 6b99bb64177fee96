"""axe-core in the page that is open."""

from axe_playwright_python.sync_playwright import Axe

# Details of violations alone: to describe what is right takes as long again as to find what is wrong
WCAG = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}


def violations(page):
    found = Axe().run(page, options=WCAG).response["violations"]
    return [(fault["id"], [node["html"] for node in fault["nodes"]][:3]) for fault in found]
