//! Training results from elsewhere, and saved instances, as a user hands them in.

use allocert::allocation::parse;
use allocert::control::Control;
use allocert::network::{Network, Samples};
use allocert::reach::Settings;
use allocert::record::Replay;
use allocert::training::{Exact, Experiment, Training, TrialOptions};
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use std::fs::File;
use std::sync::Arc;

#[path = "common/program.rs"]
mod program;
#[path = "common/schema.rs"]
mod schema;

use program::{allocert, file, objects};

/// The findings, row by row, and the exit status.
fn compare(path: &std::path::Path) -> (Vec<String>, i32) {
    let run = allocert(&["compare", path.to_str().unwrap(), "--json"]);
    let answer = objects(&run).remove(0);
    let rows = answer["rows"].as_array().unwrap();
    (rows.iter().map(|row| row["finding"].as_str().unwrap().to_owned()).collect(), run.status)
}

#[test]
fn json_lines_are_judged_and_malformed_rows_do_not_stop_the_rest() {
    let good = r#"{"network": "lffn([2,2,2])", "allocation": "W1", "samples": null, "trials": 50, "successes": 50}"#;
    let gap = r#"{"network": "lffn([2,2,2])", "allocation": "W1", "samples": 2, "trials": 50, "successes": 10}"#;
    let broken = r#"{"network": "lffn([2,2,2])", "allocation": "#;
    let unknown = r#"{"network": "mlp(2)", "allocation": "W1", "trials": 50, "successes": 50}"#;
    let more = r#"{"network": "lffn([2,2,2])", "allocation": "W1", "trials": 5, "successes": 6}"#;
    let lines = file("results.jsonl", &[good, broken, unknown, more, gap].join("\n"));
    let (findings, status) = compare(&lines);
    assert_eq!(findings, ["consistent", "malformed", "malformed", "malformed", "gap"]);
    assert_eq!(status, 2);
    let impossible = r#"{"network": "lffn([2,2,2])", "allocation": "W1[0,0]", "trials": 50, "successes": 1}"#;
    assert_eq!(compare(&file("results.jsonl", impossible)), (vec!["contradiction".to_owned()], 1));
}

#[test]
fn parquet_is_read() {
    let schema = "message results { required binary network (UTF8); required binary allocation (UTF8); \
                  required int64 samples; required int64 trials; required int64 successes; }";
    let path = file("results.parquet", "");
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let properties = Arc::new(WriterProperties::builder().build());
    let mut writer = SerializedFileWriter::new(File::create(&path).unwrap(), schema, properties).unwrap();
    let mut group = writer.next_row_group().unwrap();
    for texts in [["lffn([2,2,2])", "lffn([2,2,2])"], ["W1", "W9"]] {
        let values = texts.map(ByteArray::from);
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<ByteArrayType>().write_batch(&values, None, None).unwrap();
        column.close().unwrap();
    }
    for numbers in [[2i64, 2], [50, 50], [50, 50]] {
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<Int64Type>().write_batch(&numbers, None, None).unwrap();
        column.close().unwrap();
    }
    group.close().unwrap();
    writer.close().unwrap();
    assert_eq!(compare(&path), (vec!["consistent".to_owned(), "malformed".to_owned()], 2));
    let run = allocert(&["compare", file("results.parquet", "PAR1 and no more").to_str().unwrap()]);
    assert!(run.status == 2 && run.err.contains("Parquet"), "{}", run.err);
}

/// A saved instance is looked at again: also one whose numbers were changed, and a ReLU network's.
#[test]
fn saved_instances_are_replayed() {
    for (text, allocation) in [("lffn([2, 2, 2])", "W1"), ("relu([2, 2, 1])", "W2")] {
        let network: Network = text.parse().unwrap();
        let learnable = parse(network.layout(), allocation).unwrap();
        let training = Training::new(&network, Samples::Count(1), &learnable, TrialOptions::default()).unwrap();
        let settings = Settings { seed: 1, error_log2: -100 };
        let exact = Exact::new(&training, 8, settings, &Control::unlimited()).unwrap();
        let done = Experiment::run(&training, Some(&exact), 8, &Control::unlimited());
        let matched = done.trials.iter().find(|c| c.trial.outcome.is_match()).unwrap();
        let mut saved = Replay::of(&training, matched, exact.answer.verdict.name());
        let replay = |saved: &Replay| {
            let path = file("instance.json", &serde_json::to_string(saved).unwrap());
            allocert(&["train", "--replay", path.to_str().unwrap(), "--json"])
        };
        let run = replay(&saved);
        let answer = objects(&run).remove(0);
        assert_eq!((run.status, &answer["as_drawn"]), (0, &true.into()), "{answer}");
        assert_eq!((&answer["found_is"], &answer["consistent"]), (&"match".into(), &true.into()), "{answer}");
        assert_eq!(schema::misfit(&answer, &schema::schema("train-replay"), "replay"), None);
        saved.teacher[0] = "3/2^1".to_owned();
        assert_eq!(objects(&replay(&saved)).remove(0)["as_drawn"], false);
        saved.teacher[0] = "half".to_owned();
        let run = replay(&saved);
        assert!(run.status == 2 && run.err.contains("3/2^1"), "{}", run.err);
        saved.teacher.clear();
        assert_eq!(replay(&saved).status, 2);
    }
}
