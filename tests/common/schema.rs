//! The schemas of `docs/schema/`, and values held against them.
#![allow(dead_code)] // Each test file uses a part of this.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// Where the schemas are.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema")
}

/// The schema of this name.
pub fn schema(name: &str) -> Value {
    let path = folder().join(format!("{name}.json"));
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

/// The first place where a value does not fit a schema: the words $ref, anyOf, type, enum, required, properties,
/// additionalProperties and items. It is stricter than readers should be: an object has no field that the schema does not name.
pub fn misfit(value: &Value, schema: &Value, place: &str) -> Option<String> {
    if let Some(name) = schema["$ref"].as_str() {
        return misfit(value, &self::schema(name), place);
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        let misfits: Option<Vec<String>> = choices.iter().map(|choice| misfit(value, choice, place)).collect();
        return misfits.map(|all| all.join("; or "));
    }
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
        return fields.iter().find_map(|(name, field)| {
            let known = schema["properties"].get(name).or(schema.get("additionalProperties"));
            known.map_or_else(
                || Some(format!("{place} has a field {name} that its schema does not name: {field}")),
                |schema| misfit(field, schema, &format!("{place}.{name}")),
            )
        });
    }
    let items = value.as_array().filter(|_| !schema["items"].is_null())?;
    items.iter().enumerate().find_map(|(i, item)| misfit(item, &schema["items"], &format!("{place}[{i}]")))
}
