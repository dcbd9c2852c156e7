"""The schemas of docs/schema are schemas, and a validator of others finds the answers to be what they say."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

import allocert

FOLDER = Path(__file__).parents[2] / "docs/schema"
SCHEMAS = {path.stem: json.loads(path.read_text()) for path in FOLDER.glob("*.json")}
REGISTRY: Registry = Registry().with_resources(
    (schema["$id"], Resource.from_contents(schema)) for schema in SCHEMAS.values()
)


def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(SCHEMAS[name], registry=REGISTRY)


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_it_is_a_schema(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])


def test_answers_fit() -> None:
    net = "lffn([2, 2, 2])"
    answers = {
        "rank": allocert.rank(net, "W1"),
        "scan": allocert.scan(net, progress=False),
        "law": allocert.law(net),
        "match": allocert.match(net, "W1 W2[0,:]", samples=2),
        "design": allocert.design(net, size=4),
        "symmetries": allocert.symmetries(net),
    }
    for name, answer in answers.items():
        validator(name).validate(answer.to_dict())
    for name in ("batch", "merge"):
        validator(name).validate(answers["rank"].to_dict())


def test_references_lead_to_schemas() -> None:
    wrong = {"line": "1", "error": "no"}
    assert not validator("batch").is_valid(wrong)
    assert validator("merge").is_valid({"line": 1, "error": "no"})
