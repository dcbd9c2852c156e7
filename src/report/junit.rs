//! Claims as JUnit XML, which CI systems show: a suite for each file, a case for each claim.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use allocert_record::Verify;

use super::read::shown;
use super::{evidence, outcome};

/// The claims as JUnit XML: an outcome that is not the expected one is a failure, a claim that cannot be evaluated an error,
/// one that a limit stopped is skipped.
///
/// # Errors
/// None in practice: it is written to memory.
pub fn junit(claims: &[Verify]) -> std::io::Result<String> {
    let claims: Vec<Verify> = claims.iter().map(shown).collect();
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let mut suites = BytesStart::new("testsuites");
    totals(&mut suites, &claims.iter().collect::<Vec<_>>());
    writer.write_event(Event::Start(suites))?;
    let mut rest: &[Verify] = &claims;
    while let Some(first) = rest.first() {
        let length = rest.iter().take_while(|c| c.file == first.file).count();
        let (suite, after) = rest.split_at(length);
        let mut start = BytesStart::new("testsuite");
        start.push_attribute(("name", first.file.as_str()));
        totals(&mut start, &suite.iter().collect::<Vec<_>>());
        writer.write_event(Event::Start(start))?;
        suite.iter().try_for_each(|c| case(&mut writer, c))?;
        writer.write_event(Event::End(BytesEnd::new("testsuite")))?;
        rest = after;
    }
    writer.write_event(Event::End(BytesEnd::new("testsuites")))?;
    let mut text = String::from_utf8(writer.into_inner()).map_err(std::io::Error::other)?;
    text.push('\n');
    Ok(text)
}

/// What a CI system does with a claim.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Passed,
    Failed,
    Broken,
    Skipped,
}

fn verdict(c: &Verify) -> Verdict {
    match c {
        c if c.as_expected => Verdict::Passed,
        c if c.stopped => Verdict::Skipped,
        c if c.failed => Verdict::Broken,
        _ => Verdict::Failed,
    }
}

fn totals(element: &mut BytesStart<'_>, claims: &[&Verify]) {
    let count = |v| claims.iter().filter(|c| verdict(c) == v).count().to_string();
    element.push_attribute(("tests", claims.len().to_string().as_str()));
    element.push_attribute(("failures", count(Verdict::Failed).as_str()));
    element.push_attribute(("errors", count(Verdict::Broken).as_str()));
    element.push_attribute(("skipped", count(Verdict::Skipped).as_str()));
    let seconds: f64 = claims.iter().map(|c| c.seconds).sum();
    element.push_attribute(("time", format!("{seconds:.3}").as_str()));
}

fn case(writer: &mut Writer<Vec<u8>>, c: &Verify) -> std::io::Result<()> {
    let mut case = BytesStart::new("testcase");
    case.push_attribute(("name", c.claim.as_str()));
    case.push_attribute(("classname", c.file.as_str()));
    case.push_attribute(("file", c.file.as_str()));
    case.push_attribute(("line", c.line.to_string().as_str()));
    case.push_attribute(("time", format!("{:.3}", c.seconds).as_str()));
    let name = match verdict(c) {
        Verdict::Passed => return writer.write_event(Event::Empty(case)),
        Verdict::Failed => "failure",
        Verdict::Broken => "error",
        Verdict::Skipped => "skipped",
    };
    writer.write_event(Event::Start(case))?;
    let mut element = BytesStart::new(name);
    element.push_attribute(("message", format!("{}, expected {}", outcome(c), c.expect).as_str()));
    writer.write_event(Event::Start(element))?;
    writer.write_event(Event::Text(BytesText::new(&details(c))))?;
    writer.write_event(Event::End(BytesEnd::new(name)))?;
    writer.write_event(Event::End(BytesEnd::new("testcase")))
}

fn details(c: &Verify) -> String {
    let mut lines = vec![c.statement.clone()];
    lines.extend(c.reason.clone());
    if let Some(x) = &c.counterexample {
        lines.push(format!("counterexample: {} {}", x.network, x.allocation.as_deref().unwrap_or_default()));
        lines.extend(x.claimed.as_ref().map(|claimed| format!("claimed: {claimed}")));
        if let (Some(left), Some(sign), Some(right)) = (&x.left, &x.sign, &x.right) {
            lines.push(format!("here: {left} {sign} {right} is false"));
        }
        lines.push(format!("again: {}", x.command));
    }
    lines.extend(c.networks_written.as_ref().map(|networks| format!("networks: {networks}")));
    lines.extend(c.given.as_ref().map(|given| format!("given: {given}")));
    if let Some(number) = c.hypothesis_true {
        lines.push(format!("instances that satisfy it: {number}"));
    }
    lines.push(format!("evidence: {}", evidence(c.evidence.as_deref(), c.error_log2)));
    lines.join("\n")
}
