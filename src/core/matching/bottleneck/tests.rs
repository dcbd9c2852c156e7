//! Reductions against elimination, instance by instance: of the same student and teacher, whole and part match alike.

use super::*;
use crate::allocation::subsets;
use crate::control::Control;
use crate::matching::{Instance, MatchOptions, Reduction, Trials};
use crate::number::{Dyadic, Dyadics, Ring};

const SETTINGS: Settings = Settings { seed: 6, error_log2: -60 };

/// The instance of the part: its weights are those of the whole network; factors are 1.
fn part_of(whole: &Instance, whole_network: &Network, part: &Reduced, trial: u64) -> Instance {
    let matcher = &part.matcher;
    let (network, samples) = (matcher.network(), matcher.samples());
    let mut instance = Instance::draw(network, samples, Ensemble::Gaussian, SETTINGS.seed, 1_000 + trial);
    let kept = |weights: &[Dyadic]| match part.law {
        Reduction::Below { layer } => {
            let chain = Chain::of(whole_network).unwrap();
            let lower = &weights[..chain.weights(layer)];
            lower.iter().cloned().chain([Dyadics.one()]).take(network.weights()).collect()
        }
        Reduction::Above { layer } => {
            let chain = Chain::of(whole_network).unwrap();
            let upper = &weights[chain.weights(layer)..];
            std::iter::once(Dyadics.one()).chain(upper.iter().cloned()).collect()
        }
        // One row of the decoder, frozen if one is.
        Reduction::State { row } => {
            let outputs = weights.len() + 1 - network.weights();
            [row].into_iter().chain(outputs..weights.len()).map(|w| weights[w].clone()).collect()
        }
        Reduction::Poles | Reduction::Output { .. } => panic!("no part of this kind"),
    };
    (instance.student, instance.teacher) = (kept(&whole.student), kept(&whole.teacher));
    if !matches!(part.law, Reduction::Above { .. }) {
        instance.inputs.clone_from(&whole.inputs);
    }
    instance
}

#[test]
fn parts_match_as_the_whole_does() {
    let options = MatchOptions { bases: 20, slices: 4, ..MatchOptions::default() };
    let free = Control::unlimited();
    let limits = Limits { work: 1 << 20, ..Limits::default() };
    let (mut agree, mut without, mut kinds) = (0, 0, [0; 4]);
    for (text, samples, trials) in [
        ("pnn([2, 1, 2], degree=2)", Samples::Functional, 12),
        ("pnn([2, 1, 2], degree=2)", Samples::Count(2), 12),
        ("pnn([1, 1, 2, 1], degree=2)", Samples::Count(2), 12),
        ("pnn([2, 1, 2], degree=3)", Samples::Count(2), 12),
        ("pnn([1, 2, 1, 1], degree=[2, 3])", Samples::Count(1), 12),
        ("pnn([2, 2, 1, 1], degree=2)", Samples::Functional, 4),
        ("pnn([2, 2, 1, 1], degree=2)", Samples::Count(2), 4),
        ("pnn([2, 2, 1, 1], degree=[2, 1])", Samples::Functional, 6),
        ("pnn([2, 2, 1, 1], degree=[2, 3])", Samples::Count(2), 4),
        ("lrnn(2, 1, 2, 2)", Samples::Count(2), 12),
        ("lrnn(2, 1, 3, 2)", Samples::Count(1), 8),
        ("lrnn(1, 1, 2, 3, readout=\"all\")", Samples::Functional, 12),
    ] {
        let network: Network = text.parse().unwrap();
        let n = network.weights();
        let matcher = Matcher::new(&network, samples, SETTINGS, limits).unwrap();
        for allocation in (1..n).flat_map(|size| subsets(&Allocation::all(n), size).collect::<Vec<_>>()) {
            if matcher.dim(&allocation).value < matcher.teacher().value {
                continue;
            }
            let Some(part) = matcher.reduced(&allocation, Ensemble::Gaussian, &free) else {
                continue;
            };
            for trial in 0..trials {
                let mut whole = Instance::draw(&network, samples, Ensemble::Gaussian, SETTINGS.seed, trial);
                if let (false, Reduction::Below { layer }) = (part.equal, part.law) {
                    // The one scale is 1 where what is above is the teacher's.
                    let above = Chain::of(&network).unwrap().weights(layer)..n;
                    above.for_each(|w| whole.teacher[w] = whole.student[w].clone());
                }
                let of_part = part_of(&whole, &network, &part, trial);
                let both = [
                    matcher.eliminates(&allocation, &whole, &options),
                    part.matcher.eliminates(&part.allocation, &of_part, &options),
                ];
                let [Some(all), Some(of_part)] = both else { continue };
                assert_eq!(all, of_part, "{text}, {samples}: {allocation:?} and {:?}, {trial}", part.allocation);
                agree += 1;
                without += u32::from(!all);
                let kind = match part.law {
                    Reduction::Below { .. } => usize::from(part.equal),
                    Reduction::Above { .. } => 2,
                    _ => 3,
                };
                kinds[kind] += 1;
            }
        }
    }
    assert!(agree > 1_000 && without > 100, "{agree} instances, {without} without a match");
    assert!(kinds.iter().all(|count| *count > 50), "one scale, below, above, one state: {kinds:?}");
}

/// Signs of squares up to a common one: no instance has a match that elimination finds but those whose signs fit, and the value is how many fit.
#[test]
fn forms_of_either_sign_fit_as_often_as_counting_says() {
    for (text, h) in [("pnn([2, 2, 1, 1], degree=[2, 1])", 2u32), ("pnn([4, 3, 1, 1], degree=[2, 1])", 3)] {
        let network: Network = text.parse().unwrap();
        let allocation = crate::allocation::parse(network.layout(), "W1 W3").unwrap();
        let exact = of_either_sign((&network, Samples::Functional), &allocation).unwrap();
        let fit = |a: u32, b: u32| a.count_ones() == b.count_ones() || a.count_ones() + b.count_ones() == h;
        let pairs = (0..1u32 << h).flat_map(|a| (0..1u32 << h).map(move |b| (a, b)));
        let found = pairs.filter(|(a, b)| fit(*a, *b)).count();
        assert_eq!(exact.low, Rational::from((found, 1u64 << (2 * h))), "{text}");
        assert_eq!(exact.low, exact.high);
    }
    let network: Network = "pnn([2, 2, 1, 1], degree=[2, 1])".parse().unwrap();
    let allocation = crate::allocation::parse(network.layout(), "W1 W3").unwrap();
    let matcher = Matcher::new(&network, Samples::Functional, SETTINGS, Limits::default()).unwrap();
    let options = MatchOptions::default();
    let (mut matched, mut others) = (0, 0);
    for trial in 0..60 {
        let instance = Instance::draw(&network, Samples::Functional, Ensemble::Gaussian, SETTINGS.seed, trial);
        let positive = |weights: &[Dyadic]| (4..6).filter(|w| weights[*w].mantissa.is_positive()).count();
        let (student, teacher) = (positive(&instance.student), positive(&instance.teacher));
        let fits = student == teacher || student + teacher == 2;
        match matcher.eliminates(&allocation, &instance, &options) {
            Some(true) => {
                assert!(fits, "{trial}");
                matched += 1;
            }
            Some(false) => assert!(!fits, "{trial}"),
            None => others += u32::from(!fits),
        }
    }
    assert!(matched > 15 && others > 15, "{matched} matched, {others} whose signs do not fit");
}

/// A weight behind two layers of one unit changes no quotient of the unit's two values: W1[0,0] alone moves a quotient of sums of squares, which is
/// bounded where their signs agree.
#[test]
fn a_weight_behind_another_layer_of_one_unit_moves_no_quotient() {
    let free = Control::unlimited();
    let options = MatchOptions { trials: Trials::Fixed(40), ..MatchOptions::default() };
    let mut settled = 0;
    for (text, learns, certain) in [
        ("pnn([2, 2, 1, 1, 1], degree=2)", "W1[0,0] W3 W4", false),
        ("pnn([2, 2, 1, 1, 1], degree=2)", "W1[1,1] W3 W4", false),
        ("pnn([2, 2, 1, 1, 1], degree=[2, 1, 2])", "W1[0,0] W3 W4", false),
        ("pnn([2, 2, 1, 1, 2], degree=2)", "W1[0,0] W3 W4", false),
        ("pnn([2, 2, 1, 2, 1, 1], degree=2)", "W1[0,0] W4[0,0] W5", false),
        // One layer of one unit, and two units before it.
        ("pnn([2, 2, 1, 1], degree=2)", "W2[0,0] W3", true),
    ] {
        let network: Network = text.parse().unwrap();
        let allocation = crate::allocation::parse(network.layout(), learns).unwrap();
        let asked = (&network, Samples::Count(2));
        let found = by_parts(asked, &Parts::default(), &allocation, Ensemble::Gaussian, SETTINGS, &free);
        assert_eq!(found.is_some_and(|exact| exact.low == 1), certain, "{text} {learns}");
        if network.weights() < 10 {
            let matcher = Matcher::new(asked.0, asked.1, SETTINGS, Limits::default()).unwrap();
            let estimate = matcher.estimate(&allocation, &options, &free);
            let shown = estimate.undecided == 0;
            assert!(!shown || (estimate.unmatched == 0) == certain, "{text} {learns}: {estimate:?}");
            settled += u32::from(shown);
        }
    }
    assert!(settled >= 3, "{settled} whose instances are all decided");
}

/// Instance by instance: an output that takes any labels changes nothing, as elimination finds of the whole and of the rest.
#[test]
fn an_output_that_takes_any_labels_may_be_left_out() {
    let (free, options) = (Control::unlimited(), MatchOptions::default());
    let (mut agree, mut without) = (0, 0);
    for (text, learns, trials) in [
        ("pnn([2, 2, 2], degree=2)", "W1[0,0] W2[0,:] W2[1,0]", 300),
        ("pnn([2, 2, 2], degree=2)", "W1[0,0] W1[1,0] W2[0,:]", 400),
        ("pnn([2, 2, 2], degree=2)", "W1[0,:] W2[0,:]", 400),
        ("pnn([2, 2, 2], degree=2)", "W1[:,1] W2[1,:]", 300),
    ] {
        let network: Network = text.parse().unwrap();
        let allocation = crate::allocation::parse(network.layout(), learns).unwrap();
        let samples = Samples::Count(2);
        let limits = Limits { work: 1 << 24, ..Limits::default() };
        let matcher = Matcher::new(&network, samples, SETTINGS, limits).unwrap();
        let part = matcher.reduced(&allocation, Ensemble::Gaussian, &free).unwrap();
        let Reduction::Output { output } = part.law else { panic!("{learns}: {:?}", part.law) };
        let left_out = 4 + 2 * output..6 + 2 * output;
        for trial in 0..trials {
            let whole = Instance::draw(&network, samples, Ensemble::Gaussian, SETTINGS.seed, trial);
            let mut rest = whole.clone();
            for weights in [&mut rest.student, &mut rest.teacher] {
                weights.drain(left_out.clone());
            }
            let both = [
                matcher.eliminates(&allocation, &whole, &options),
                part.matcher.eliminates(&part.allocation, &rest, &options),
            ];
            let [Some(all), Some(of_part)] = both else { continue };
            assert_eq!(all, of_part, "{learns}, {trial}");
            agree += 1;
            without += u32::from(!all);
        }
    }
    assert!(agree > 1_000 && without > 50, "{agree} instances, {without} without a match");
}
