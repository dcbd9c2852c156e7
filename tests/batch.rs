//! Many questions at once: a line in, an object a line out, each the answer that the question gets by itself.

#[path = "common/program.rs"]
mod program;

use program::{allocert, file, objects};

#[test]
fn a_batch_answers_as_single_questions_do() {
    for (network, lines) in [
        ("lffn([2,3,2])", vec!["W1", "all", "none", "W1[0,0] W2[0,0]", "W1[0,:] W2[:,0]"]),
        ("lrnn(1,2,1,5)", vec!["D B", "W", "all"]),
        ("relu([2,2,1], bias=True)", vec!["W1", "all", "b1 W2"]),
    ] {
        let text = format!("# a comment\n{}\n\n", lines.join("\n"));
        let path = file("batch.txt", &text);
        let run = allocert(&["rank", network, "--batch", path.to_str().unwrap(), "--json"]);
        assert_eq!(run.status, 0, "{}", run.err);
        let answers = objects(&run);
        assert_eq!(answers.len(), lines.len());
        for (line, answer) in lines.iter().zip(answers) {
            assert_eq!(objects(&allocert(&["rank", network, line, "--json"])), [answer], "{network} {line}");
        }
    }
}

#[test]
fn objects_have_samples_of_their_own() {
    let text = "{\"allocation\": \"W1\", \"samples\": 1}\nW1\n{\"allocation\": \"W1\", \"samples\": 2}\n";
    let path = file("batch.jsonl", text);
    let run = allocert(&["rank", "lffn([3,3,2])", "--batch", path.to_str().unwrap(), "--samples", "3"]);
    let answers = objects(&run);
    let samples: Vec<u64> = answers.iter().map(|a| a["samples"].as_u64().unwrap()).collect();
    assert_eq!(samples, [1, 3, 2]);
    let dims: Vec<u64> = answers.iter().map(|a| a["dim"].as_u64().unwrap()).collect();
    assert_eq!(dims, [2, 6, 4]);
}

#[test]
fn a_wrong_line_is_said_in_its_place_and_the_others_are_answered() {
    let path = file("batch.txt", "W1\nV[0,0]\n{\"allocation\": 3}\n{\"samples\": 1}\nW2\n");
    let run = allocert(&["rank", "lffn([2,2,2])", "--batch", path.to_str().unwrap()]);
    assert_eq!(run.status, 2);
    let answers = objects(&run);
    assert_eq!(answers.len(), 5);
    assert_eq!((&answers[0]["dim"], &answers[4]["dim"]), (&4.into(), &4.into()));
    for (answer, line) in answers[1..4].iter().zip(2..) {
        assert_eq!(answer["line"], line);
        assert!(answer["error"].is_string());
    }
    assert_eq!(allocert(&["rank", "lffn([2,2,2])", "--batch", "/there/is/none"]).status, 2);
}

#[test]
fn more_lines_than_are_answered_together_stay_in_order() {
    let lines: Vec<String> = (0..700).map(|i| format!("W1[{},{}]", i % 4, i / 4 % 4)).collect();
    let path = file("batch.txt", &lines.join("\n"));
    let run = allocert(&["rank", "lffn([4,4,4,4])", "--batch", path.to_str().unwrap()]);
    let answers = objects(&run);
    assert!(answers.iter().map(|a| a["allocation"].as_str().unwrap()).eq(lines.iter().map(String::as_str)));
}

#[test]
fn a_list_of_networks_is_answered_in_one_run() {
    let text = "lffn([2,2,2])\n{\"network\": \"pnn([2,2,1],2)\", \"allocation\": \"W1\", \"samples\": 3}\nlffn([2,2\n";
    let path = file("networks.txt", text);
    let run = allocert(&["rank", "--networks", path.to_str().unwrap()]);
    assert_eq!(run.status, 2);
    let answers = objects(&run);
    assert_eq!((&answers[0]["network"], &answers[0]["dim"]), (&"lffn([2, 2, 2])".into(), &4.into()));
    assert_eq!(
        (&answers[1]["allocation"], &answers[1]["samples"]),
        (&"W1[0,0] W1[0,1] W1[1,0] W1[1,1]".into(), &3.into())
    );
    assert_eq!(answers[2]["line"], 3);
}

#[test]
fn an_allocation_comes_from_a_file_or_a_mask() {
    let path = file("allocation.txt", "W1[0,1] W1[1,0]\n  W2[0,0]\n");
    let from_file = allocert(&["rank", "lffn([2,2,2])", "--allocation-file", path.to_str().unwrap(), "--json"]);
    let answer = objects(&from_file).remove(0);
    assert_eq!(answer["allocation"], "W1[0,1] W1[1,0] W2[0,0]");
    for order in [npyz::Order::C, npyz::Order::Fortran] {
        // W1[0,1] and W1[1,1], by rows and by columns.
        let rows = order == npyz::Order::C;
        let w1 = if rows { [false, true, false, true, false, false] } else { [false, false, false, true, true, false] };
        let path = mask("lffn", &[("W1", &[3, 2], &w1), ("W2", &[1, 3], &[true, false, true])], order);
        let run = allocert(&["rank", "lffn([2,3,1])", "--mask", path.to_str().unwrap(), "--json"]);
        assert_eq!(run.status, 0, "{}", run.err);
        assert_eq!(objects(&run)[0]["allocation"], "W1[0,1] W1[1,1] W2[0,0] W2[0,2]");
    }
    let path = mask("wrong", &[("W3", &[1], &[true])], npyz::Order::C);
    let run = allocert(&["rank", "lffn([2,3,1])", "--mask", path.to_str().unwrap()]);
    assert_eq!(run.status, 2);
    assert!(run.err.contains("has no tensor `W3`"), "{}", run.err);
}

/// An npz file of boolean arrays.
fn mask(name: &str, arrays: &[(&str, &[u64], &[bool])], order: npyz::Order) -> std::path::PathBuf {
    use npyz::WriterBuilder;
    use std::io::Write;
    let path = file(&format!("{name}.npz"), "");
    let mut archive = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    for (name, shape, entries) in arrays {
        let mut bytes = Vec::new();
        let mut writer =
            npyz::WriteOptions::new().default_dtype().shape(shape).order(order).writer(&mut bytes).begin_nd().unwrap();
        writer.extend(entries.iter().copied()).unwrap();
        writer.finish().unwrap();
        archive.start_file(format!("{name}.npy"), zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(&bytes).unwrap();
    }
    archive.finish().unwrap();
    path
}

#[test]
fn a_batch_in_pieces_is_the_batch() {
    let lines: Vec<String> =
        (0..600).map(|i| if i == 300 { "V".to_owned() } else { format!("W1[{},{}]", i % 3, i / 3 % 3) }).collect();
    let path = file("batch.txt", &lines.join("\n"));
    let (folder, path) = (path.parent().unwrap().to_owned(), path.to_str().unwrap());
    let whole = allocert(&["rank", "lffn([3,3,3])", "--batch", path]);
    let at = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let resumed = allocert(&["rank", "lffn([3,3,3])", "--batch", path, "--resume", &at("run")]);
    assert_eq!((resumed.status, &resumed.out), (2, &whole.out), "{}", resumed.err);
    // A piece that is lost is answered again.
    std::fs::remove_file(folder.join("run/piece-00001")).unwrap();
    assert_eq!(allocert(&["rank", "lffn([3,3,3])", "--batch", path, "--resume", &at("run")]).out, whole.out);
    for shard in ["1/2", "2/2"] {
        let name = at(&shard[..1]);
        let run = allocert(&["rank", "lffn([3,3,3])", "--batch", path, "--resume", &name, "--shard", shard]);
        assert_eq!(run.status, 0, "{}", run.err);
    }
    let merged = allocert(&["merge", &at("1"), &at("2")]);
    assert_eq!((merged.status, &merged.out), (2, &whole.out), "{}", merged.err);
    assert_eq!(allocert(&["merge", &at("1")]).status, 2);
    // Other questions are another run.
    std::fs::write(path, "W1").unwrap();
    assert_eq!(allocert(&["rank", "lffn([3,3,3])", "--batch", path, "--resume", &at("run")]).status, 2);
}

/// What a command prints in one go, and by shards that are merged, one of them after it lost a piece.
fn by_shards(command: &[&str], name: &str) -> [(i32, String); 2] {
    let folder = file(&format!("{name}.txt"), "").parent().unwrap().to_owned();
    let at = |shard: &str| folder.join(format!("{name}-{shard}")).to_str().unwrap().to_owned();
    let run = |more: &[&str]| allocert(&[command, more].concat());
    let whole = run(&[]);
    for shard in ["1/2", "2/2"] {
        let again = || run(&["--resume", &at(&shard[..1]), "--shard", shard]);
        assert_eq!(again().status, 0, "{}", again().err);
        let first = std::fs::read_dir(at(&shard[..1])).unwrap().filter_map(Result::ok).map(|entry| entry.path());
        let piece = first.filter(|path| path.to_str().unwrap().contains("piece-")).min().unwrap();
        std::fs::remove_file(piece).unwrap();
        assert_eq!(allocert(&["merge", &at("1"), &at("2")]).status, 2, "a piece is missing");
        assert_eq!(again().status, 0);
    }
    let json: &[&str] = if command.contains(&"--json") { &["--json"] } else { &[] };
    let merged = allocert(&[&["merge", &at("1"), &at("2")], json].concat());
    let other = run(&["--resume", &at("1"), "--shard", "1/2", "--error-log2", "-50"]);
    assert!(other.status == 2 && other.err.contains("error_log2 -100, not -50"), "{}", other.err);
    [(whole.status, whole.out), (merged.status, merged.out)]
}

#[test]
fn lists_of_networks_and_matches_come_in_pieces_too() {
    let lines: Vec<String> = (0..40).map(|i| format!("lffn([{}, {}, 2])", 1 + i % 3, 1 + i / 8)).collect();
    let path = file("many.txt", &format!("{}\nlffn(\n", lines.join("\n")));
    let [whole, merged] = by_shards(&["rank", "--networks", path.to_str().unwrap()], "of-networks");
    assert_eq!(whole.0, 2, "the last line is no network");
    assert_eq!(whole, merged);
    let weights: Vec<String> = (0..20).map(|i| format!("W1[{},{}] W2[0,{}]", i % 2, i / 2 % 2, i / 4 % 2)).collect();
    let path = file("matches.txt", &weights.join("\n"));
    for command in ["match", "classify"] {
        let asked = [command, "lffn([2,2,2])", "--batch", path.to_str().unwrap(), "--samples", "1"];
        let [whole, merged] = by_shards(&asked, &format!("of-{command}"));
        assert_eq!(whole.0, 0);
        assert_eq!(whole, merged);
    }
}

#[test]
fn a_survey_comes_in_pieces() {
    let survey = ["survey", "lrnn(1, 1, 1, 3)", "--sizes", "1..2", "--samples", "1..2", "--trials", "10", "--json"];
    let [whole, merged] = by_shards(&survey, "survey-rows");
    assert!(whole.0 == 0 && whole.1.lines().count() > 8);
    assert_eq!(whole, merged);
    let [whole, merged] = by_shards(&[&survey[..8], &["--seed", "3"]].concat(), "survey-text");
    assert!(whole.1.contains("seed 3"), "{}", whole.1);
    assert_eq!(whole, merged);
}

#[test]
fn a_folder_for_pieces_needs_pieces() {
    let run = allocert(&["rank", "lffn([2,2])", "all", "--resume", "nowhere"]);
    assert_eq!(run.status, 2);
    assert!(run.err.contains("--batch"), "{}", run.err);
}

#[test]
fn matches_are_decided_line_by_line() {
    let lines = ["W1", "W1[0,0] W2[0,0]", "all"];
    let path = file("batch.txt", &lines.join("\n"));
    let run = allocert(&["match", "lffn([2,2,2])", "--batch", path.to_str().unwrap(), "--samples", "1"]);
    assert_eq!(run.status, 0, "{}", run.err);
    let answers = objects(&run);
    assert_eq!(answers.len(), lines.len());
    for (line, answer) in lines.iter().zip(answers) {
        let one = objects(&allocert(&["match", "lffn([2,2,2])", line, "--samples", "1", "--json"])).remove(0);
        assert_eq!(
            (&one["verdict"], &one["reason"], &one["allocation"]),
            (&answer["verdict"], &answer["reason"], &answer["allocation"])
        );
    }
}

#[test]
fn allocations_are_classified_line_by_line() {
    let path = file("batch.txt", "W1\nW1[0,0] W1[1,1] W2[0,0] W2[1,1]\nnone\nV\n");
    let run = allocert(&["classify", "lffn([2,2,2])", "--batch", path.to_str().unwrap()]);
    let verdicts: Vec<_> = objects(&run).iter().map(|answer| answer["verdict"].clone()).collect();
    assert_eq!(verdicts, ["one".into(), "fractional".into(), "zero".into(), serde_json::Value::Null]);
    assert_eq!(run.status, 2);
}

/// A network whose Jacobian is refused, and what is said of a teacher that is not known.
#[test]
fn networks_of_practical_size_get_a_dimension() {
    let run = allocert(&["rank", "pnn([200,40,10],2)", "W1[0,:] W2[:,1]", "--json"]);
    assert_eq!(run.status, 0, "{}", run.err);
    let answer = &objects(&run)[0];
    assert_eq!((&answer["dim"], &answer["evidence"]), (&210.into(), &"proved".into()));
    assert_eq!((&answer["teacher_dim"], &answer["spans"]), (&serde_json::Value::Null, &false.into()));
    assert!(answer["teacher_at_least"].as_u64().unwrap() > 210);
}
