//! Certificates that the engine writes are valid, and what is changed in them is found out.

use allocert::certificate::of_table;
use allocert::checker::check;
use allocert::network::{Network, Samples};
use allocert::reach::Settings;

const SETTINGS: Settings = Settings { seed: 1, error_log2: -100 };

#[test]
#[ignore = "a measurement"]
fn measure() {
    let list = std::env::var("NETS").unwrap();
    for net in list.split(';') {
        let (net, m) = net.split_once('@').unwrap_or((net, "0"));
        let network: Network = net.parse().unwrap();
        let samples = match m.parse::<u64>().unwrap() {
            0 => Samples::Functional,
            m => Samples::Count(m),
        };
        let start = std::time::Instant::now();
        let made = of_table(&network, samples, SETTINGS);
        let (text, holes) = match made {
            Ok(m) => m,
            Err(e) => {
                println!("{net}@{m} {e}");
                continue;
            }
        };
        let made = start.elapsed().as_secs_f64();
        let start = std::time::Instant::now();
        let report = check(text.as_bytes(), false);
        let checked = start.elapsed().as_secs_f64();
        println!(
            "{net}@{m} n={} {} bytes {} holes {}/{} sets {} made {made:.2} checked {checked:.2} {}",
            network.weights(),
            report.verdict.name(),
            text.len(),
            holes.dimensions,
            holes.of,
            holes.sets.len(),
            report.reason.unwrap_or_default()
        );
        for s in holes.sets.iter().take(3) {
            println!("    {s}");
        }
    }
}
