//! The page: one HTML file with everything in it, light and dark, for screens of any width and for paper.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, context};

use allocert_core::text::thousands;
use allocert_record::{Classify, Counterexample, Kind, Law, Match, Rank, Scan, Trend, Verify};

use super::asked::asked;
use super::prose::Prose;
use super::read::{Results, Training};
use super::{drawing, evidence, of_claim, of_match, outcome, plots, powers, probability, samples, seconds};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// A page has so many bytes at most: when it is full, pictures and proofs are left out, and it says so. (Only tables of very many
/// results are longer.)
const MOST_BYTES: usize = 1_950_000;
/// More networks than this are only counted.
const MOST_NETWORKS: usize = 400;
/// More orbits without a verdict are only counted.
const MOST_OPEN: usize = 40;
/// More observed dimensions than this are only counted.
const MOST_OBSERVATIONS: usize = 12;

/// The report as one HTML page. Costs time in proportion to the text.
pub fn html(results: &Results) -> String {
    let results = results.harmless();
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let lines = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    let page = lines.map(|lines| environment.set_syntax(lines));
    let page = page.and_then(|()| environment.add_template("page.html", PAGE));
    let page = page.and_then(|()| environment.get_template("page.html"));
    // The template is part of the program, and tests render every part of it.
    let rendered = page.and_then(|page| {
        let room = MOST_BYTES.saturating_sub(page.render(context(&results, 0))?.len());
        page.render(context(&results, room))
    });
    rendered.unwrap_or_else(|error| format!("<!doctype html><pre>{error:#}</pre>"))
}

fn safe(html: impl Into<String>) -> Value {
    Value::from_safe_string(html.into())
}

/// Takes a piece out of what is left; nothing if it does not fit.
fn fit(left: &mut usize, piece: String) -> Option<String> {
    *left = left.checked_sub(piece.len())?;
    Some(piece)
}

/// With so many bytes for pictures and proofs.
fn context(results: &Results, mut room: usize) -> Value {
    let prose = Prose::default();
    let claims: Vec<Value> = results.claims.iter().enumerate().map(|(i, c)| claim(i, c, &prose, &mut room)).collect();
    let scans: Vec<Value> = results.scans.iter().map(|s| scan(s, &mut room)).collect();
    let unexpected = results.claims.iter().filter(|c| !c.as_expected).count();
    let instances: u64 = results.claims.iter().fold(0, |sum, c| sum.saturating_add(c.allocations));
    context! {
        style => safe(STYLE),
        script => safe(SCRIPT),
        version => env!("CARGO_PKG_VERSION"),
        outcomes => outcomes(&results.claims),
        unexpected,
        instances => thousands(instances),
        seconds => seconds(results.claims.iter().map(|c| c.seconds).sum()),
        claims,
        scans,
        laws => results.laws.iter().map(law).collect::<Vec<_>>(),
        classifications => results.classifications.iter().map(classification).collect::<Vec<_>>(),
        match_plots => plots::matches(&results.matches).into_iter().map(safe).collect::<Vec<_>>(),
        matches => results.matches.iter().map(matching).collect::<Vec<_>>(),
        training_plot => plots::trainings(&results.trainings, &results.matches).map(safe),
        trainings => results.trainings.iter().map(training).collect::<Vec<_>>(),
        ranks => results.ranks.iter().map(rank).collect::<Vec<_>>(),
    }
}

/// (outcome, how many), the usual ones first.
fn outcomes(claims: &[Verify]) -> Vec<Value> {
    let order = ["verified", "refuted", "supported", "contradicted", "open", "error"];
    let counted = order.iter().map(|name| (*name, claims.iter().filter(|c| outcome(c) == *name).count()));
    counted.filter(|(_, n)| *n > 0).map(|(name, number)| context! { name, number }).collect()
}

fn claim(index: usize, c: &Verify, prose: &Prose, room: &mut usize) -> Value {
    let proof = c.proof.as_ref().map(|proof| {
        let typeset = fit(room, prose.markdown(proof));
        typeset.map_or_else(|| Value::from("This page is full; the proof is in the claim's file."), safe)
    });
    context! {
        id => format!("claim-{}", index + 1),
        name => &c.claim,
        file => &c.file,
        line => c.line,
        statement => safe(prose.statement(&c.statement)),
        proof,
        source => c.source.as_ref(),
        outcome => outcome(c),
        expect => &c.expect,
        as_expected => c.as_expected,
        reason => c.reason.as_ref(),
        networks => thousands(c.networks),
        networks_written => c.networks_written.as_ref(),
        networks_listed => c.networks_listed.iter().take(MOST_NETWORKS).cloned().collect::<Vec<_>>(),
        networks_more => c.networks_listed.len().saturating_sub(MOST_NETWORKS),
        holds => c.holds.as_ref(),
        definitions => c.definitions.iter().map(|definition| definition.text.clone()).collect::<Vec<_>>(),
        given => c.given.as_ref(),
        hypothesis_true => c.hypothesis_true,
        undecided => (c.undecided > 0).then(|| thousands(c.undecided)),
        range => c.range.as_ref().map(|(first, last)| context! { first, last }),
        allocations => thousands(c.allocations),
        allocations_number => c.allocations,
        hypothesis_false => (c.hypothesis_false > 0).then(|| thousands(c.hypothesis_false)),
        orbits => c.orbits.map(thousands),
        evidence => of_claim(c),
        evidence_number => evidence_rank(c),
        theorems => c.theorems.join("; "),
        time => seconds(c.seconds),
        time_number => c.seconds,
        certificate => c.certificate.as_ref(),
        certificate_verdict => c.certificate_verdict.as_ref().map_or("not checked", |verdict| verdict),
        certificate_link => c.certificate.as_deref().filter(|path| is_relative(path)),
        command => &c.command,
        counterexample => c.counterexample.as_ref().map(|c| counterexample(c, room)),
        trend => c.trend.as_ref().map(trend),
    }
}

/// A number to sort evidence by: the surest first.
fn evidence_rank(c: &Verify) -> i64 {
    match (c.evidence.as_deref(), c.error_log2) {
        (None, _) => 2,
        (Some("proved"), _) => i64::MIN / 2,
        (Some(_), Some(bound)) => bound,
        (Some(_), None) => 1,
    }
}

/// A path that a link may lead to: below the page, and not an address.
fn is_relative(path: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || "/._- ".contains(c);
    !path.starts_with('/') && path.chars().all(plain)
}

fn counterexample(c: &Counterexample, room: &mut usize) -> Value {
    // One about a network as a whole is drawn with the first allocation whose dimension the claim asked for.
    let shown = asked(c).into_iter().next();
    let drawn =
        shown.as_ref().map(|shown| Counterexample { diagram: Some(shown.diagram.clone().into_owned()), ..c.clone() });
    let drawn = drawn.as_ref().unwrap_or(c);
    let others = c.dimensions.iter().filter(|o| Some(&o.allocation) != c.allocation.as_ref() || o.network != c.network);
    let others: Vec<Value> = others
        .map(|o| {
            context! {
                dim => o.dim,
                allocation => if o.allocation.is_empty() { "none" } else { &o.allocation },
                samples => samples(o.samples),
            }
        })
        .collect();
    context! {
        network => &c.network,
        samples => samples(c.samples),
        allocation => c.allocation.as_ref(),
        size => c.size,
        dim => c.dim,
        teacher_dim => c.teacher_dim,
        spans => c.spans,
        claimed => c.claimed.as_ref(),
        here => sides(c),
        drawn => shown.as_ref().map(|shown| if shown.allocation.is_empty() { "none" } else { shown.allocation }),
        drawn_dim => shown.as_ref().and_then(|shown| shown.dim),
        layers => drawing::layers(drawn).and_then(|svg| fit(room, svg)).map(safe),
        grids => fit(room, drawing::grids(drawn)).filter(|html| !html.is_empty()).map(safe),
        point => c.point.as_ref().map(|p| context! {
            rank => p.rank,
            inputs => (!p.inputs.is_empty()).then(|| format!("{:?}", p.inputs)),
        }),
        more_observations => others.len().saturating_sub(MOST_OBSERVATIONS),
        observations => others.into_iter().take(MOST_OBSERVATIONS).collect::<Vec<_>>(),
        evidence => evidence(Some(&c.evidence), c.error_log2),
        unmatched => c.unmatched.as_ref().map(|u| context! { trial => u.trial, seed => u.seed, allocation => &u.allocation }),
        unmatched_lines => c.unmatched.as_ref().map(|u| u.lines().join("\n")),
        commands => if c.commands.is_empty() { vec![c.command.clone()] } else { c.commands.clone() },
    }
}

/// What the comparison says at the counterexample: its two sides.
fn sides(c: &Counterexample) -> Option<String> {
    match (&c.left, &c.sign, &c.right) {
        (Some(left), Some(sign), Some(right)) => Some(format!("{left} {sign} {right}")),
        _ => None,
    }
}

fn trend(t: &Trend) -> Value {
    let means = t.means.iter().map(|(number, cases, [low, high])| {
        context! { number, cases => thousands(cases), mean => format!("{low:.3} to {high:.3}") }
    });
    context! {
        gamma => t.gamma.map(|[low, high]| format!("{low:.3} to {high:.3}")),
        cases => thousands(t.cases),
        concordant => thousands(t.concordant),
        discordant => thousands(t.discordant),
        unclear => thousands(t.unclear),
        tied => thousands(t.tied),
        means => means.collect::<Vec<_>>(),
    }
}

fn scan(s: &Scan, room: &mut usize) -> Value {
    let rows = s.counts.iter().map(|(size, dim, number)| context! { size, dim, number => thousands(number) });
    context! {
        network => &s.network,
        samples => samples(s.samples),
        within => &s.within,
        weights => s.weights,
        teacher_dim => s.teacher_dim,
        evidence => evidence(Some(&s.evidence), s.error_log2),
        orbits => s.orbits.map(thousands),
        seed => s.seed,
        plot => plots::scan(s).and_then(|svg| fit(room, svg)).map(safe),
        rows => rows.collect::<Vec<_>>(),
    }
}

fn law(l: &Law) -> Value {
    let kind = |kind: &Kind| {
        let first = kind.flats.first().and_then(|place| l.flats.get(*place));
        context! {
            dim => kind.dim,
            size => kind.size,
            number => kind.number,
            description => &kind.description,
            reason => first.map(|flat| powers(&flat.reason)),
            evidence => first.map(|flat| evidence(Some(&flat.evidence), flat.error_log2)),
        }
    };
    let [set, flat, component, _] = l.letters().map(String::from);
    let rule = rule(l, [&set, &flat, &component]);
    context! {
        network => &l.network,
        set,
        flat,
        samples => samples(l.samples),
        within => &l.within,
        teacher_dim => l.teacher_dim,
        rule,
        loops => &l.loops,
        coloops => &l.coloops,
        limit => &l.limit,
        evidence => evidence(l.evidence.as_deref(), l.error_log2),
        flats => thousands(&l.cyclic_flats),
        kinds => l.kinds.iter().map(kind).collect::<Vec<_>>(),
        spans => &l.spans,
        seed => l.seed,
    }
}

/// The formula of a law in words, before the table of its sets.
fn rule(l: &Law, [set, flat, component]: [&str; 3]) -> String {
    let loops = if l.loops == "none" { String::new() } else { format!(", where loops of {set} are left out") };
    match l.components.len() {
        0 => format!("|{set}|{loops}"),
        1 => format!("the smallest of |{set}| and dim {flat} + |{set} ∖ {flat}| over the sets {flat} below{loops}"),
        n => format!(
            "the number of coloops in {set} and, over the {n} connected components {component}, the sum of the smallest of \
             |{set} ∩ {component}| and dim {flat} + |{set} ∩ {component} ∖ {flat}| over the sets {flat} below inside {component}"
        ),
    }
}

fn classification(c: &Classify) -> Value {
    let row = |(size, counts): (usize, &[u64; 4])| context! { size, counts => counts.map(thousands) };
    let degree = |(degree, number): &(Option<usize>, u64)| {
        format!("{} × {}", degree.map_or_else(|| "not known".to_owned(), |d| d.to_string()), thousands(*number))
    };
    let open = c.open.iter().take(MOST_OPEN).map(|o| {
        context! { allocation => &o.allocation, images => thousands(o.images), why => powers(&o.why) }
    });
    context! {
        network => &c.network,
        samples => samples(c.samples),
        teacher_dim => c.teacher_dim,
        rows => c.counts.iter().enumerate().map(row).collect::<Vec<_>>(),
        degrees => c.degrees.iter().map(degree).collect::<Vec<_>>(),
        open => open.collect::<Vec<_>>(),
        open_more => c.open.len().saturating_sub(MOST_OPEN),
        stopped => c.stopped,
        evidence => evidence(Some(&c.evidence), c.error_log2),
        ensemble => &c.ensemble,
        seed => c.seed,
    }
}

fn matching(m: &Match) -> Value {
    context! {
        network => &m.network,
        allocation => &m.allocation,
        samples => samples(m.samples),
        dim => m.dim,
        teacher_dim => m.teacher_dim,
        verdict => &m.verdict,
        reason => powers(&m.reason),
        degree => m.degree,
        probability => probability(m),
        // A value that a theorem gives is not from instances.
        trials => (m.trials > 0 && m.sampled.is_none()).then(|| thousands(m.trials)),
        undecided => (m.undecided > 0 && m.sampled.is_none()).then(|| thousands(m.undecided)),
        evidence => of_match(m),
        ensemble => &m.ensemble,
    }
}

fn training(t: &Training) -> Value {
    let [low, high] = t.ci95;
    context! {
        network => &t.network,
        allocation => &t.allocation,
        samples => samples(t.samples),
        trials => thousands(t.trials),
        successes => thousands(t.successes),
        rate => t.success_rate.map(|rate| format!("{rate:.4} ({low:.4} to {high:.4})")),
        approximate => t.approximate.map(thousands),
        verdict => t.verdict_exact.as_ref(),
        consistent => t.consistent,
    }
}

fn rank(r: &Rank) -> Value {
    context! {
        network => &r.network,
        allocation => &r.allocation,
        samples => samples(r.samples),
        size => r.size,
        dim => r.dim,
        teacher_dim => r.teacher_text(),
        spans => r.spans_text(),
        evidence => evidence(Some(&r.evidence), r.error_log2),
        reason => powers(&r.reason),
        theorems => r.theorems.join("; "),
    }
}
