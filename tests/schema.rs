//! What commands write with `--json` is what `docs/schema/` says.

#[path = "common/program.rs"]
mod program;

use std::path::Path;

use program::{allocert, objects};
use serde_json::{Value, json};

/// Commands of each schema: results of every kind that the schema has a word for.
const COMMANDS: [(&str, &[&[&str]]); 12] = [
    (
        "rank",
        &[
            &["rank", "lffn([2, 2, 2])", "W1[0,:] W2[:,0]"],
            &["rank", "lrnn(1, 2, 1, 5)", "W", "--samples", "3"],
            &["rank", "relu([2, 2, 1], bias=True)", "W1", "--draws", "50"],
            &["rank", "mlp([1, 1, 1], \"tanh\")", "all"],
            &["rank", "lffn([2, 2, 2])", "W1", "--pin", "W2[0,0]=0"],
        ],
    ),
    (
        "scan",
        &[
            &["scan", "lffn([2, 2, 2])"],
            &["scan", "lrnn(1, 2, 1, 5)", "--sizes", "2..3", "--samples", "2"],
            &["scan", "lffn([2, 2, 2])", "--within", "W1"],
        ],
    ),
    (
        "law",
        &[&["law", "lffn([2, 2, 2])"], &["law", "lrnn(1, 2, 1, 5)", "--samples", "2"], &["law", "mlp([1, 2, 1], 2)"]],
    ),
    (
        "match",
        &[
            &["match", "lffn([2, 2, 2])", "W1 W2[0,:]", "--samples", "2"],
            &["match", "lrnn(1, 2, 1, 4)", "W[0,0] D B", "--samples", "4", "--trials", "40"],
            &["match", "relu([1, 1, 1])", "W1", "--samples", "1", "--trials", "40"],
            &["match", "lffn([2, 2, 2])", "W1[0,0]", "--samples", "2"],
        ],
    ),
    (
        "design",
        &[
            &["design", "lffn([2, 2, 2])", "--size", "4"],
            &["design", "lrnn(1, 2, 1, 5)", "--size", "3", "--samples", "3"],
        ],
    ),
    (
        "train",
        &[
            &["train", "lrnn(1, 1, 1, 3)", "W D", "--samples", "2", "--trials", "4"],
            &["train", "lffn([2, 1, 1])", "W1", "--samples", "2", "--trials", "4"],
        ],
    ),
    (
        "classify",
        &[&["classify", "lffn([2, 1, 1])", "--samples", "2"], &["classify", "lrnn(1, 1, 1, 3)", "--samples", "3"]],
    ),
    ("symmetries", &[&["symmetries", "lffn([2, 2, 2])"], &["symmetries", "lrnn(1, 2, 1, 5)"]]),
    (
        "verify",
        &[
            &["verify", "proofs/lffn.star"],
            &["verify", "proofs/siso.star", "--only", "*markers*"],
            &["verify", "proofs/published/relu-dimension.star", "--only", "*narrow*"],
            &["verify", "proofs/heuristics.star", "--only", "*layers*"],
        ],
    ),
    ("families", &[&["families"]]),
    ("survey", &[&["survey", "lrnn(1, 1, 1, 3)", "--sizes", "1..2", "--samples", "2", "--trials", "2"]]),
    ("compare", &[&["compare", "docs/data/pytorch.csv"]]),
];

fn schema(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema").join(format!("{name}.json"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Whether a value has a type of JSON schema.
fn is(value: &Value, kind: &str) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("the schema has a type {other}"),
    }
}

/// The first place where a value does not fit a schema: the words type, enum, required, properties and items.
fn misfit(value: &Value, schema: &Value, place: &str) -> Option<String> {
    let kinds: Vec<&str> = match &schema["type"] {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if !kinds.is_empty() && !kinds.iter().any(|kind| is(value, kind)) {
        return Some(format!("{place} is not of type {kinds:?}: {value}"));
    }
    if schema["enum"].as_array().is_some_and(|words| !words.contains(value)) {
        return Some(format!("{place} is none of {}: {value}", schema["enum"]));
    }
    if let Some(fields) = value.as_object() {
        let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        if let Some(missing) = required.clone().find(|name| !fields.contains_key(*name)) {
            return Some(format!("{place} has no {missing}"));
        }
        let known = schema["properties"].as_object()?;
        return fields.iter().find_map(|(name, field)| misfit(field, known.get(name)?, &format!("{place}.{name}")));
    }
    let items = value.as_array().filter(|_| !schema["items"].is_null())?;
    items.iter().enumerate().find_map(|(i, item)| misfit(item, &schema["items"], &format!("{place}[{i}]")))
}

#[test]
fn every_command_writes_what_its_schema_says() {
    for (name, commands) in COMMANDS {
        let schema = schema(name);
        assert_eq!(schema["$id"], format!("allocert/1/{name}"));
        for command in commands {
            let run = allocert(&[*command, &["--json"]].concat());
            let results = objects(&run);
            assert!(!results.is_empty(), "{command:?}: {}", run.err);
            for result in results {
                assert_eq!(misfit(&result, &schema, name), None, "{command:?}");
            }
        }
    }
}

#[test]
fn every_schema_is_tried() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema");
    let files = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = files.filter_map(|f| f.strip_suffix(".json").map(str::to_owned)).collect();
    names.sort_unstable();
    let mut tried: Vec<&str> = COMMANDS.iter().map(|(name, _)| *name).collect();
    tried.sort_unstable();
    assert_eq!(names, tried);
}

#[test]
fn what_does_not_fit_is_found() {
    let schema = json!({"type": "object", "required": ["a"], "properties": {
        "a": {"type": ["integer", "null"]}, "b": {"type": "array", "items": {"type": "string", "enum": ["x"]}}}});
    for good in [json!({"a": 1}), json!({"a": null, "b": ["x"], "new": 1})] {
        assert_eq!(misfit(&good, &schema, "v"), None);
    }
    for bad in [
        json!({}),
        json!({"a": 1.5}),
        json!({"a": "1"}),
        json!({"a": 1, "b": ["y"]}),
        json!({"a": 1, "b": [1]}),
        json!([]),
    ] {
        assert!(misfit(&bad, &schema, "v").is_some(), "{bad}");
    }
}
