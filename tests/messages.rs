//! What is said where a request cannot be answered: what is wrong, and a mend that there is.

#[path = "common/program.rs"]
mod program;

use program::{allocert, file, objects, verify};

/// Each wrong request is refused with these words, and says none of the others.
#[test]
fn wrong_requests_name_the_mend() {
    let cases: [(&[&str], &[&str]); 17] = [
        (
            &["rank", "lora(4)", "all"],
            &["Missing parameter `r` for call to lora\n  write lora(d", "write lora(d, r, layers = 1"],
        ),
        (
            &["rank", "pnn([2, 2, 2])", "all"],
            &["Missing parameter `degree` for call to pnn\n  write pnn(widths, degree, bias = False)"],
        ),
        (
            &["rank", "lrnn(1, 2)", "all"],
            &["Missing parameter `outputs` for call to lrnn\n  write lrnn(inputs, hidden,"],
        ),
        (
            &["rank", "mlp([2, 2, 2], activaton = \"tanh\")", "all"],
            &["mlp has no parameter `activaton`; did you mean activation?\n  write mlp(widths, activation"],
        ),
        (
            &["rank", "lffn([2, 2], bais = True)", "all"],
            &["lffn has no parameter `bais`; did you mean bias?\n  write lffn(w"],
        ),
        (
            &["rank", "mlp([2, 2, 2], \"gelu\")", "all"],
            &["error: the activation is \"gelu\"\n  give an integer k for z^k, or"],
        ),
        (
            &["rank", "mlp([2, 2, 2], \"rleu\")", "all"],
            &["error: the activation is \"rleu\"\n  give an integer k for z^k, or"],
        ),
        (
            &["train", "lffn([2, 2])", "W1", "--ensemble", "sparse:500"],
            &["the number is wrong, or missing\n  give a percentage"],
        ),
        (&["train", "lffn([2, 2])", "W1", "--ensemble", "foo"], &["there is no ensemble `foo`\n  choose gaussian"]),
        (
            &["train", "lffn([2, 2])", "W1", "--teacher", "foo"],
            &["there is no teacher `foo`\n  give orthogonal, labels or a"],
        ),
        (&["match", "lffn([2, 2])", "W1", "--teacher", "lables"], &["no teacher `lables`; did you mean labels?"]),
        (
            &["rank", "lffn([2, 2, 2])", "W1", "W2"],
            &["unexpected argument 'W2' found", "put the allocation in one pair of quotes"],
        ),
        (
            &["train", "lffn([2, 2])", "W1", "--data", "nofile.csv"],
            &["nofile.csv: No such file or directory\n  give a file of"],
        ),
        (
            &["classify", "mlp([2, 2, 2], \"tanh\")"],
            &["exponentials, quotients or roots", "match, rank, scan and survey"],
        ),
        (&["classify", "relu([2, 2, 2])", "--maximal"], &["with relu there are no bases", "leave these options out"]),
        (&["rank", "lffn([2, 2, 2])", "W1[1 1]"], &["a comma or a colon is missing\n  write W1[1,1]"]),
        (&["match", "lffn([2, 2, 2])", "W1[0, 1 1]"], &["a comma or a colon is missing"]),
    ];
    for (arguments, said) in cases {
        let run = allocert(arguments);
        assert_eq!(run.status, 2, "{arguments:?}: {}{}", run.out, run.err);
        for said in said {
            assert!(run.err.contains(said), "{arguments:?} should say {said:?}:\n{}", run.err);
        }
        for none in ["families/", "called in this order", "fail:"] {
            assert!(!run.err.contains(none), "{arguments:?}:\n{}", run.err);
        }
    }
}

/// In a file of claims the place is that of the file, not of the program's own sources.
#[test]
fn claims_are_told_where_they_call_a_family_wrongly() {
    let text = "N = mlp([2, 2, 2], \"gelu\")\nclaim(name = \"x\", statement = \"s\", networks = [N], holds = lambda net: True)\n";
    let run = verify(text, &[]);
    assert_eq!(run.status, 2, "{}", run.out);
    assert!(run.err.starts_with("error: the activation is \"gelu\"\n  give an integer k"), "{}", run.err);
    assert!(run.err.contains("claims.star:1, in <module>\n") && !run.err.contains("families/"), "{}", run.err);
    let run = verify(
        "N = lffn([2, 2, 2])\nclaim(name = \"x\", statement = \"s\", networks = [N], allocations = [\"W1[1 1]\"], holds = lambda net, a: True)\n",
        &[],
    );
    assert!(run.out.contains("a comma or a colon is missing\n    write W1[1,1]"), "{}{}", run.out, run.err);
}

/// No option is named that a command does not have, and none is to be made smaller that was not given.
#[test]
fn what_is_too_large_names_an_option_that_there_is() {
    let cases: [(&[&str], &str, &str); 6] = [
        (
            &["match", "relu([100, 50, 10])", "W2", "--samples", "3"],
            "rank draws as many as are asked for (--draws)",
            "draw fewer",
        ),
        (
            &["rank", "relu([784, 64, 10])", "all"],
            "ask of a few samples, or of a smaller network (--samples 20)",
            "fewer samples",
        ),
        (
            &["train", "lffn([784, 64, 10])", "W1"],
            "ask of a few samples, or of a smaller network (--samples 20)",
            "fewer samples",
        ),
        (
            &["train", "lffn([784, 64, 10])", "W1", "--samples", "300"],
            "take fewer samples or a smaller network",
            "--samples 20",
        ),
        (&["scan", "lffn([60000, 1])", "--sizes", "0..1"], "(--samples 20)", "fewer samples"),
        (
            &["scan", "relu([2, 3, 2])", "--samples", "3", "--draws", "999999999999"],
            "draw fewer, take fewer samples",
            "--samples 20",
        ),
    ];
    for (arguments, said, not) in cases {
        let run = allocert(arguments);
        assert_eq!(run.status, 3, "{arguments:?}: {}", run.err);
        assert!(run.err.contains(said) && !run.err.contains(not), "{arguments:?}: {}", run.err);
    }
}

/// A network of each kind with more weights than the dimension of all is computed for: with as many dimensions as labels, it spans.
#[test]
fn what_reaches_every_label_of_a_large_network_spans() {
    for network in ["relu([100, 50, 10])", "pnn([100, 64, 10], 2)", "mlp([100, 64, 10], 2)"] {
        let run = allocert(&["rank", network, "W2", "--samples", "3", "--json"]);
        let record = &objects(&run)[0];
        assert_eq!((&record["dim"], &record["teacher_dim"], &record["spans"]), (&30.into(), &30.into(), &true.into()));
        assert_eq!(
            (&record["evidence"], &record["teacher_evidence"]),
            (&"proved".into(), &"proved".into()),
            "{network}"
        );
        let run = allocert(&["rank", network, "W2", "--samples", "3"]);
        assert!(run.out.contains("\nthe allocation spans (30 labels; seed 1)"), "{}", run.out);
    }
    // Where more labels are left than were looked at, it stays open.
    let run = allocert(&["rank", "relu([100, 50, 10])", "W1", "--samples", "600", "--json"]);
    assert_eq!(objects(&run)[0].get("teacher_dim"), None, "{}", run.out);
}

/// One parser reads them all.
#[test]
fn an_allocation_in_a_file_is_read_in_the_same_way() {
    let path = file("allocation.txt", "W1[0 0]\n");
    let run = allocert(&["rank", "lffn([2, 2, 2])", "--allocation-file", path.to_str().unwrap()]);
    assert_eq!(run.status, 2, "{}", run.out);
    assert!(run.err.contains("a comma or a colon is missing\n  write W1[0,0]"), "{}", run.err);
}

/// How a built-in family is called is what the reference says, which a test compares with the code.
#[test]
fn families_are_called_as_the_reference_says() {
    let reference = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reference.md")).unwrap();
    for family in ["lffn", "lrnn", "pnn", "relu", "lora", "mlp", "attention", "conv"] {
        let run = allocert(&["rank", &format!("{family}()"), "all"]);
        let call = run.err.lines().find_map(|line| line.strip_prefix("  write "));
        let call = call.unwrap_or_else(|| panic!("{family}: {}", run.err));
        assert!(call.starts_with(&format!("{family}(")) && reference.contains(&format!("- `{call}`: ")), "{call}");
    }
}

/// A theorem that says no more than that a value is neither 0 nor 1 does not let it be 1.
#[test]
fn what_is_only_known_to_be_a_fraction_is_said_to_be_one() {
    let run = allocert(&["match", "lrnn(1,2,1,4)", "D[0,0] B[1,0] W[0,0] W[1,1]", "--time-limit", "0"]);
    assert!(run.out.contains("probability  strictly between 0 and 1, proved"), "{}", run.out);
    assert!(!run.out.contains("at most 1"), "{}", run.out);
}
