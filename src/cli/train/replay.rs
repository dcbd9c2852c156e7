//! `allocert train --replay FILE`: an instance that was saved, looked at again, refined from what was found and trained anew.

use std::path::Path;
use std::process::ExitCode;

use rug::Integer;

use allocert::matching::Instance;
use allocert::network::{Network, Samples};
use allocert::number::Dyadic;
use allocert::record::Replay;
use allocert::training::{Exact, Refined, Refiner, TrainerOptions, Training, TrialOptions};

use crate::cli::failure::Failure;
use crate::cli::file::read_text;
use crate::cli::output::{json, line};
use crate::cli::{Common, parse_allocation, settings};

/// Exit status 1 if the match is there again and theory still says no.
pub(super) fn run(common: &Common, file: &Path) -> Result<ExitCode, Failure> {
    let wrong =
        |why: String| Failure::request(format!("{}: {why}\n  give a file that allocert train saved", file.display()));
    let saved: Replay = serde_json::from_str(&read_text(file)?).map_err(|e| wrong(e.to_string()))?;
    let network: Network = saved.network.parse()?;
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
    let training = Training::new(&network, samples, &allocation, options)?;
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
    let exact = Exact::new(&training, 1, settings(common, -100), &|_, _| {})?;
    let compared = exact.compare(again);
    let decision = compared.decision.filter(|_| as_drawn);
    let verdict = exact.answer.verdict.name();
    let inconsistent = matched && (verdict == "zero" || compared.inconsistent && as_drawn);
    if common.json {
        json(&serde_json::json!({
            "network": saved.network, "allocation": saved.allocation, "trial": saved.trial, "as_drawn": as_drawn,
            "found_is": format!("{:?}", refined.refined).to_lowercase(), "outcome": compared.trial.outcome.name(),
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
        line(&format!("trained      again: {}", compared.trial.outcome.name()))?;
        let decided = decision.map_or("not asked".to_owned(), |d| format!("{d:?}"));
        line(&format!("exact        verdict {verdict}; instance {decided}"))?;
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
