"""Checks YAML files against a JSON schema: schema_check.py SCHEMA FILE...

Prints one line per file: "good" or the first error. A peer for our schema, so it shares no code
with us.
"""

import json
import sys

import jsonschema
import yaml


def main(schema_path, paths):
    with open(schema_path, encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for path in paths:
        with open(path, encoding="utf-8") as file:
            document = yaml.safe_load(file)
        error = jsonschema.exceptions.best_match(validator.iter_errors(document))
        print("good" if error is None else f"{error.json_path}: {error.message}".splitlines()[0])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
