//! The law of a network, its reasons looked for.

use std::time::Duration;

use allocert_core::control::Control;
use allocert_core::reach::Law;
use allocert_prove::{reasons_of_law, theorem_of_law};
use allocert_record as record;

/// A proof of a flat's dimension is looked for during so much of the time limit.
const SHARE: u32 = 4;

/// What is said of a law. For the flats whose dimensions are not proved yet a proof is looked for, during a share of the time
/// limit that the law had, or until it is stopped; `law` is told of what is found.
pub fn law(law: &mut Law, time_limit: Duration, control: &Control<'_>) -> record::Law {
    let reasons = reasons_of_law(law, &control.within(time_limit / SHARE));
    record::Law::of(law, &reasons, theorem_of_law(&law.network, law.samples))
}
