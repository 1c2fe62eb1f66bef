"""A program of its own: runs compiled rule sets over documents. Reads one JSON object, writes one.

{"runs": [[stylesheet path, xml text], ...]} gives {"results": [[[rule, flag, text, place], ...] or null, ...]}; null
means that no rule looked at the document. Kept apart because an abort of the XSLT processor ends its whole process.
"""

import json
import sys
import xml.etree.ElementTree as ET  # only for what the stylesheets write
from typing import Any

from saxonche import PySaxonApiError, PySaxonProcessor

SVRL = "{http://purl.oclc.org/dsdl/svrl}"
# Fewer mean that the rule set did not recognise the document.
FEWEST_RULES = 5


def main() -> None:
    """Answer once and end."""
    runs = json.load(sys.stdin)["runs"]
    with PySaxonProcessor(license=False) as processor:
        compiler = processor.new_xslt30_processor()
        compiled: dict[str, Any] = {}
        results = []
        for path, xml in runs:
            if path not in compiled:
                compiled[path] = compiler.compile_stylesheet(stylesheet_file=path)
            results.append(_run(processor, compiled[path], xml))
    json.dump({"results": results}, sys.stdout)


def _run(processor: Any, rules: Any, xml: str) -> list[list[str]] | None:
    """A value that is no number at all can stop the rules half way."""
    try:
        return findings_in(rules.transform_to_string(xdm_node=processor.parse_xml(xml_text=xml)))
    except PySaxonApiError as error:
        return [["VASTE-NO-RULES", "fatal", f"the official rules stopped: {error}", ""]]


def findings_in(report: str) -> list[list[str]] | None:
    """What failed, in the order of the document."""
    root = ET.fromstring(report)  # noqa: S314  # written by the rule set, a moment ago
    if len(root.findall(f"{SVRL}fired-rule")) < FEWEST_RULES:
        return None
    failed = [*root.iter(f"{SVRL}failed-assert"), *root.iter(f"{SVRL}successful-report")]
    return [
        [
            assertion.get("id") or "",
            assertion.get("flag") or assertion.get("role") or "fatal",
            " ".join("".join(assertion.itertext()).split()),
            assertion.get("location") or "",
        ]
        for assertion in failed
    ]


if __name__ == "__main__":
    main()
