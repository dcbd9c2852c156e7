//! The schemas of `docs/schema/` say of each record what its type in `src/record/` says: its fields, their types, and which of them
//! may be absent. So a schema is complete also where no command of the tests comes to a field.

#[path = "common/schema.rs"]
mod schema;

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value, json};

/// Each schema and the record that it is of.
const RECORDS: [(&str, &str); 13] = [
    ("classify", "Classify"),
    ("classify-maximal", "ClassifyMaximal"),
    ("compare", "Compare"),
    ("curve", "DataFit"),
    ("design", "Design"),
    ("law", "Law"),
    ("match", "Match"),
    ("rank", "Rank"),
    ("scan", "Scan"),
    ("survey", "SurveyRow"),
    ("symmetries", "Symmetries"),
    ("train", "Train"),
    ("verify", "Verify"),
];

/// A field as it is written in Rust.
struct Field {
    name: String,
    kind: String,
    /// Whether it is left out where there is nothing to say.
    skipped: bool,
}

type Structs = BTreeMap<String, Vec<Field>>;

/// The public structures of `src/record/`, as rustfmt sets them: a field a line, attributes above it.
fn structs() -> Structs {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/record");
    let mut found = Structs::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "rs") {
            add_structs(&std::fs::read_to_string(path).unwrap(), &mut found);
        }
    }
    found
}

fn add_structs(text: &str, found: &mut Structs) {
    let (mut current, mut skipped): (Option<(String, Vec<Field>)>, bool) = (None, false);
    for line in text.lines() {
        if let Some(head) = line.strip_prefix("pub struct ").and_then(|rest| rest.strip_suffix(" {")) {
            current = Some((head.to_owned(), Vec::new()));
        } else if line == "}" {
            found.extend(current.take());
        } else if let Some((_, fields)) = &mut current {
            let line = line.trim();
            skipped |= line.starts_with("#[") && line.contains("skip_serializing_if");
            let field = line.strip_prefix("pub ").and_then(|rest| rest.strip_suffix(',')?.split_once(": "));
            if let Some((name, kind)) = field {
                fields.push(Field { name: name.to_owned(), kind: kind.to_owned(), skipped });
                skipped = false;
            }
        }
    }
}

/// What a schema has to say of a type of Rust.
fn expected(kind: &str, structs: &Structs) -> Value {
    let inside = |name: &str| kind.strip_prefix(name)?.strip_prefix('<')?.strip_suffix('>');
    if let Some(inner) = inside("Option") {
        let mut schema = expected(inner, structs);
        schema["type"] = one_of(types(&schema).into_iter().chain(["null".to_owned()]));
        return schema;
    }
    if let Some(inner) = inside("Vec") {
        return json!({"type": "array", "items": expected(inner, structs)});
    }
    if let Some((inner, _)) = kind.strip_prefix('[').and_then(|k| k.strip_suffix(']')?.rsplit_once("; ")) {
        return json!({"type": "array", "items": expected(inner, structs)});
    }
    if let Some(inner) = inside("BTreeMap").and_then(|k| k.strip_prefix("String, ")) {
        return json!({"type": "object", "additionalProperties": expected(inner, structs)});
    }
    if let Some(inner) = kind.strip_prefix('(').and_then(|k| k.strip_suffix(')')) {
        let parts: Vec<Value> = parts(inner).iter().map(|part| expected(part, structs)).collect();
        return json!({"type": "array", "items": any(&parts)});
    }
    match kind {
        "String" => json!({"type": "string"}),
        "bool" => json!({"type": "boolean"}),
        "f64" => json!({"type": "number"}),
        "usize" | "u64" | "u32" | "i64" => json!({"type": "integer"}),
        name => object(structs.get(name).unwrap_or_else(|| panic!("no structure {name}")), structs),
    }
}

fn object(fields: &[Field], structs: &Structs) -> Value {
    let mut properties = Map::new();
    for field in fields {
        let inner = field.kind.strip_prefix("Option<").and_then(|kind| kind.strip_suffix('>'));
        let kind = inner.filter(|_| field.skipped).unwrap_or(&field.kind);
        properties.insert(field.name.clone(), expected(kind, structs));
    }
    let mut required: Vec<&str> = fields.iter().filter(|f| !f.skipped).map(|f| f.name.as_str()).collect();
    required.sort_unstable();
    json!({"type": "object", "required": required, "properties": properties})
}

/// The types of a tuple, at the commas that are in no bracket.
fn parts(text: &str) -> Vec<String> {
    let (mut parts, mut depth) = (vec![String::new()], 0);
    for c in text.chars() {
        depth += i32::from("<([".contains(c)) - i32::from(">)]".contains(c));
        match parts.last_mut() {
            Some(part) if c != ',' || depth > 0 => part.push(c),
            _ => parts.push(String::new()),
        }
    }
    parts.iter().map(|part| part.trim().to_owned()).collect()
}

/// What is one of these: their types, and those of their items.
fn any(schemas: &[Value]) -> Value {
    let mut schema = json!({"type": one_of(schemas.iter().flat_map(types))});
    let items: Vec<Value> = schemas.iter().filter_map(|s| s.get("items").cloned()).collect();
    if !items.is_empty() {
        schema["items"] = any(&items);
    }
    schema
}

fn types(schema: &Value) -> Vec<String> {
    match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(|k| k.as_str().map(str::to_owned)).collect(),
        kind => kind.as_str().map(str::to_owned).into_iter().collect(),
    }
}

fn one_of(kinds: impl Iterator<Item = String>) -> Value {
    let mut kinds: Vec<String> = kinds.collect();
    kinds.sort_unstable();
    kinds.dedup();
    if kinds.len() == 1 { json!(kinds[0]) } else { json!(kinds) }
}

/// A schema without words for people, and without lists of words.
fn bare(schema: &Value) -> Value {
    let mut out = Map::new();
    for (name, value) in schema.as_object().into_iter().flatten() {
        let value = match name.as_str() {
            "type" | "required" => value.clone(),
            "items" | "additionalProperties" => bare(value),
            "properties" => {
                let fields = value.as_object().into_iter().flatten();
                Value::Object(fields.map(|(name, field)| (name.clone(), bare(field))).collect())
            }
            _ => continue,
        };
        out.insert(name.clone(), value);
    }
    Value::Object(out)
}

#[test]
fn schemas_say_what_the_types_of_records_say() {
    let structs = structs();
    for (name, record) in RECORDS {
        let (said, due) = (bare(&schema::schema(name)), expected(record, &structs));
        let pretty = |v: &Value| serde_json::to_string_pretty(v).unwrap();
        assert_eq!(said, due, "{name}.json says\n{}\nand {record} is\n{}", pretty(&said), pretty(&due));
    }
}

#[test]
fn types_of_rust_are_read() {
    let mut structs = Structs::new();
    let text = "/// A.\npub struct A {\n    /// B.\n    pub b: Option<(usize, Vec<f64>)>,\n    #[serde(default, skip_serializing_if = \"Option::is_none\")]\n    \
                pub c: Option<String>,\n}\n";
    add_structs(text, &mut structs);
    let b = json!({"type": ["array", "null"], "items": {"type": ["array", "integer"], "items": {"type": "number"}}});
    let properties = json!({"b": b, "c": {"type": "string"}});
    assert_eq!(expected("A", &structs), json!({"type": "object", "required": ["b"], "properties": properties}));
}
