"""Prints the default prompt templates of the Open WebUI package whose folder is given, as JSON."""
import ast
import json
import pathlib
import sys

templates = {}
for module in ("config.py", "utils/context_compaction.py"):
    tree = ast.parse((pathlib.Path(sys.argv[1]) / module).read_text(encoding="utf-8"))
    for node in tree.body:
        name = getattr(node.targets[0], "id", "") if isinstance(node, ast.Assign) else ""
        if name.startswith("DEFAULT_") and name.endswith(("_TEMPLATE", "_PROMPT")):
            templates[name] = ast.literal_eval(node.value)
print(json.dumps(templates))
