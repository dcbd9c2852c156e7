//! `allocert train --replay FILE`: an instance that was saved, looked at again, refined from what was found and trained anew.

use std::path::Path;
use std::process::ExitCode;

use rug::Integer;

use allocert::algebra::Limits;
use allocert::control::Control;
use allocert::matching::{Decision, Instance, MatchOptions, Matcher, Trials, Verdict};
use allocert::network::{Network, Samples};
use allocert::number::Dyadic;
use allocert::reach::Settings;
use allocert::record::Replay;
use allocert::training::{Refined, Refiner, TrainerOptions, Training, TrialOptions};

use crate::cli::failure::Failure;
use crate::cli::file::read_text;
use crate::cli::output::{json, line};
use crate::cli::{Common, parse_allocation};

/// Exit status 1 if the match is there again and theory still says no.
pub(super) fn run(common: &Common, file: &Path) -> Result<ExitCode, Failure> {
    let wrong =
        |why: String| Failure::request(format!("{}: {why}\n  give a file that allocert train saved", file.display()));
    let saved: Replay = serde_json::from_str(&read_text(file)?).map_err(|e| wrong(e.to_string()))?;
    let network: Network = common.network(&saved.network)?;
    let allocation = parse_allocation(&network, &saved.allocation)?;
    let samples = match saved.samples {
        Some(0) => return Err(wrong("samples is 0".to_owned())),
        given => given.map_or(Samples::Functional, Samples::Count),
    };
    let options = TrialOptions {
        ensemble: saved.ensemble.parse().map_err(|e| wrong(format!("{e}")))?,
        seed: saved.seed,
        method: saved.trainer.parse().map_err(|e| wrong(format!("{e}")))?,
        trainer: TrainerOptions {
            learning_rate: saved.learning_rate,
            iterations: saved.iterations,
            tolerance: saved.tolerance,
        },
        restarts: saved.restarts,
        initial_scale: saved.initial_scale,
    };
    let teacher = saved.taught_by.as_ref().map(|text| common.network(text)).transpose()?;
    let training = Training::taught(&network, teacher.as_ref(), samples, &allocation, options)?;
    let mut instance = training.instance(saved.trial);
    let drawn = (instance.student.clone(), instance.teacher.clone(), instance.inputs.clone());
    fill(&mut instance, &saved).map_err(wrong)?;
    let as_drawn = drawn == (instance.student.clone(), instance.teacher.clone(), instance.inputs.clone());
    let found: Vec<f64> = saved.found.iter().filter_map(|w| w.parse().ok()).collect();
    if found.len() != allocation.size() {
        return Err(wrong(format!("found has {} numbers for {} learnable weights", found.len(), allocation.size())));
    }
    let refined = Refiner::new(&network, &allocation, &instance).refine(&found);
    let again = training.train(&mut training.objective(), &instance, saved.trial);
    let matched = refined.refined == Refined::Match || again.outcome.is_match();
    let settings = Settings { seed: saved.seed, error_log2: -100 };
    let matcher = Matcher::taught(&network, teacher.as_ref(), samples, settings, Limits::default())?;
    let asked = MatchOptions { ensemble: options.ensemble, trials: Trials::Fixed(1), ..MatchOptions::default() };
    let verdict = matcher.decide(&allocation, &asked, &Control::unlimited())?.verdict;
    // Another instance than the one drawn may be special: the theory is about almost all.
    let decision = as_drawn.then(|| matcher.instance(&allocation, &asked, saved.trial, &Control::unlimited()));
    let unmatched = matches!(decision, Some(Decision::Decided(finding)) if !finding.real);
    let inconsistent = matched && as_drawn && (verdict == Verdict::Zero || unmatched);
    let (verdict, outcome) = (verdict.name(), again.outcome.name());
    if common.json {
        json(&serde_json::json!({
            "network": saved.network, "allocation": saved.allocation, "trial": saved.trial, "as_drawn": as_drawn,
            "found_is": format!("{:?}", refined.refined).to_lowercase(), "outcome": outcome,
            "verdict_exact": verdict, "consistent": !inconsistent,
        }))?;
    } else {
        line(&format!("{}, {}: trial {} of seed {}", saved.network, saved.allocation, saved.trial, saved.seed))?;
        line(&format!(
            "as drawn     {}",
            if as_drawn { "yes" } else { "no: the file's numbers are not those of the seed" }
        ))?;
        line(&format!(
            "found        refined again: {:?}, loss 2^{:.0}, norm {:.3e}",
            refined.refined, refined.loss_log2, refined.norm
        ))?;
        line(&format!("trained      again: {}", outcome))?;
        let decided = match decision {
            Some(Decision::Decided(finding)) => {
                if finding.real {
                    "matched"
                } else {
                    "unmatched"
                }
            }
            Some(Decision::Undecided(_)) => "undecided",
            None => "not asked: it is not the one drawn",
        };
        line(&format!("exact        verdict {verdict}; the instance: {decided}"))?;
        line(&format!("consistent   {}", if inconsistent { "NO" } else { "yes" }))?;
    }
    Ok(ExitCode::from(u8::from(inconsistent)))
}

/// Puts the file's numbers into an instance of the same shape.
fn fill(instance: &mut Instance, saved: &Replay) -> Result<(), String> {
    let inputs = saved.inputs.iter().map(|input| dyadics("an input", input)).collect::<Result<Vec<_>, _>>()?;
    let (student, teacher) = (dyadics("student", &saved.student)?, dyadics("teacher", &saved.teacher)?);
    let shape = |inputs: &[Vec<Dyadic>]| inputs.iter().map(Vec::len).collect::<Vec<_>>();
    let same = student.len() == instance.student.len()
        && teacher.len() == instance.teacher.len()
        && shape(&inputs) == shape(&instance.inputs);
    if !same {
        return Err("student, teacher or inputs have another size than the network says".to_owned());
    }
    (instance.student, instance.teacher, instance.inputs) = (student, teacher, inputs);
    Ok(())
}

fn dyadics(what: &str, texts: &[String]) -> Result<Vec<Dyadic>, String> {
    let number = |text: &String| {
        let (mantissa, exponent) = text.split_once("/2^")?;
        let exponent = exponent.parse().ok().filter(|e| *e <= 10_000u32)?;
        let mantissa = mantissa.parse::<Integer>().ok()?;
        Some(Dyadic { mantissa, exponent })
    };
    let all: Option<Vec<Dyadic>> = texts.iter().map(number).collect();
    all.ok_or_else(|| format!("{what} has an entry that is not of the form 3/2^1"))
}
