//! What a document says of its run: what was checked, by which program, and how it is cited.

use allocert_core::text::plural;
use allocert_record::Verify;

use super::super::outcome;
use super::Origin;
use super::prose::plain;
use super::rules::legend;

/// A fingerprint that lines may break in.
fn broken(print: &str) -> String {
    let parts: Vec<&str> = (0..print.len()).step_by(4).filter_map(|at| print.get(at..at + 4)).collect();
    format!("\\texttt{{{}}}", parts.join("\\allowbreak "))
}

/// What identifies the claims: BLAKE3 of name, statement, hypothesis, condition, allocations, networks and definitions of each, in order.
pub(super) fn fingerprint(claims: &[Verify]) -> String {
    let mut hash = blake3::Hasher::new();
    for claim in claims {
        let asked = [claim.given.as_ref(), claim.holds.as_ref(), claim.allocations_written.as_ref()];
        let definitions = claim.definitions.iter().map(|definition| Some(&definition.text));
        let parts = [Some(&claim.claim), Some(&claim.statement)].into_iter().chain(asked);
        for part in parts.chain(claim.networks_listed.iter().map(Some)).chain(definitions) {
            hash.update(part.map_or("", String::as_str).as_bytes());
            hash.update(b"\n");
        }
    }
    hash.finalize().to_hex().as_str()[..32].to_owned()
}

fn seed(origin: &Origin) -> String {
    origin.seed.map_or_else(|| "seed not stated".to_owned(), |seed| format!("seed {seed}"))
}

/// The version, with the commit where it is known.
fn version(origin: &Origin) -> String {
    let commit = origin.commit.as_ref().map(|commit| format!(", commit {}", plain(commit))).unwrap_or_default();
    format!("{}{commit}", plain(&origin.version))
}

/// How a run of claims is introduced, with what the words of its tables mean.
pub(super) fn about(claims: &[Verify], origin: &Origin, print: &str) -> String {
    let instances = claims.iter().map(|c| c.allocations).sum::<u64>();
    let outcomes = ["verified", "refuted", "supported", "contradicted", "open", "error"].map(|name| {
        let number = claims.iter().filter(|claim| outcome(claim) == name).count();
        (number, name)
    });
    let has = |wanted: &str| outcomes.iter().any(|(number, name)| *name == wanted && *number > 0);
    let numbers: Vec<String> =
        outcomes.iter().filter(|(number, _)| *number > 0).map(|(number, name)| format!("{number} {name}")).collect();
    let mut text = format!(
        "{}, {}, were checked with allocert {} ({})~\\cite{{{}}}: {}. What identifies them is the BLAKE3 hash {} (the first 128 bits, of names, statements, conditions, ranges and definitions). \n\n\
         \\emph{{To run it again.}} With the files of claims that Section~\\ref{{statements}} names, in a folder \\texttt{{FOLDER}}: \\texttt{{allocert verify FOLDER {seed_option}{{-}}{{-}}json > run.jsonl}}, \
         and then \\texttt{{allocert report run.jsonl {{-}}{{-}}paper OUT}}, which writes this document; the hash printed above tells whether the claims are the same. \
         One claim is checked by \\texttt{{allocert verify FILE {{-}}{{-}}only NAME}}.\n\n\
         \\emph{{Outcomes.}} A claim is \\emph{{verified}} if its condition is true for every network and allocation that is listed in \
         Section~\\ref{{statements}}: this tests a theorem, and is no proof of it beyond that list.",
        plural(claims.len(), "claim"),
        plural(instances, "instance").replace(',', "\\,"),
        version(origin),
        seed(origin),
        key(print),
        numbers.join(", "),
        broken(print),
        seed_option = origin.seed.map_or_else(String::new, |seed| format!("{{-}}{{-}}seed {seed} "))
    );
    if has("refuted") {
        text.push_str(" It is \\emph{refuted} by a counterexample, of which the smallest is drawn in Section~\\ref{counterexamples}.");
    }
    if has("supported") || has("contradicted") {
        text.push_str(" It is \\emph{supported} or \\emph{contradicted} by what random samples show.");
    }
    if has("open") {
        text.push_str(" It is \\emph{open} if neither is known, or if its author enters it as an open question, to which the listed instances are no answer, however they come out; the reason stands with it. (A claim that a published conjecture is true of the networks listed is an ordinary one, and can be verified for these.)");
    }
    if has("error") {
        text.push_str(" An \\emph{error} is one of the claim's own text, which could not be evaluated.");
    }
    text.push_str(
        "\n\n\\emph{Numbers.} An \\emph{instance} is what a condition is asked of: a network, or, in a claim about allocations, a pair of a network and an allocation. \
         ``Networks'' counts those that the claim ranges over; ``Instances'' counts those of which the condition was decided. Where a claim has a hypothesis (``given''), these are only the ones that satisfy it; \
         where it is refuted, they are only those up to the first counterexample, which ends the search, in the order of the numbers of weights: 9 networks and 1 instance say that the first of nine networks refutes it.\n\n\
         \\emph{Evidence.} An outcome is \\emph{proved} where every answer behind it is, a dimension from below and from above; \
         ``error $\\le 2^{-k}$'' bounds the probability, over the random points and primes that were drawn, that any answer behind it is wrong; it is \\emph{statistical} where it rests \
         on random samples, without such a bound; and \\emph{open} where nothing is settled.\n",
    );
    text.push_str(&legend(claims));
    text
}

/// What stands before all sections.
pub(super) fn opening(claims: &[Verify]) -> String {
    let drawn = if claims.iter().any(|claim| claim.counterexample.is_some()) {
        "; Section~\\ref{counterexamples} draws the counterexamples"
    } else {
        ""
    };
    format!(
        "\\noindent This document holds {} in a form that a program can test. Section~\\ref{{definitions}} says what words, networks and signs mean, \
         Section~\\ref{{claims}} what came out and how it is known, Section~\\ref{{statements}} what each says and what exactly was evaluated{drawn}.\n",
        plural(claims.len(), "claim")
    )
}

/// What the run is cited by.
pub(super) fn key(print: &str) -> String {
    format!("allocert-run-{}", &print[..8])
}

/// The run's entry in the bibliography.
pub(super) fn cited(claims: &[Verify], origin: &Origin, print: &str) -> String {
    // Without an address it is told by its version, the claims by their hash.
    let url = origin.repository.as_ref().map(|url| format!(" \\texttt{{{}}}.", plain(url))).unwrap_or_default();
    format!(
        "The allocert maintainers, \\emph{{allocert}}, a checker of claims about learnable weights, computer program, version {}: a run of {} ({}; BLAKE3 of the claims {}); how to run it again: Section~\\ref{{claims}}.{url}",
        version(origin),
        plural(claims.len(), "claim"),
        seed(origin),
        broken(print)
    )
}

/// The run's entry of BibTeX.
pub(super) fn entry(claims: &[Verify], origin: &Origin, print: &str) -> String {
    let url =
        origin.repository.as_ref().map(|url| format!("  howpublished = {{{}}},\n", plain(url))).unwrap_or_default();
    format!(
        "@misc{{{},\n  title = {{allocert: a run of {}}},\n  author = {{{{The allocert maintainers}}}},\n{url}  \
         note = {{Version {}, {}, BLAKE3 of the claims {print}}},\n}}\n",
        key(print),
        plural(claims.len(), "claim"),
        version(origin),
        seed(origin)
    )
}
