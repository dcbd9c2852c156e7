//! A linear compartmental model as a drawing: compartments, the edges between them with the names of their rates, leaks, input and output.

use super::prose::code;
use super::worded::Compartments;

/// The drawing in TikZ; nothing if the network is another one.
pub(super) fn digraph(network: &str) -> Option<String> {
    let model = Compartments::of(network)?;
    let mut text = String::from(
        "\\tikz[>=stealth,thick,baseline=(current bounding box.north),every circle node/.style={draw,inner sep=2pt,minimum size=7mm}]{\n",
    );
    let count = model.compartments;
    let angle = |place: usize| 90 - 360 * place as i64 / count as i64;
    for place in 0..count {
        text.push_str(&format!("\\node[circle] (c{place}) at ({}:16mm) {{{place}}};\n", angle(place)));
    }
    for (rate, (from, to)) in model.edges.iter().enumerate() {
        text.push_str(&format!(
            "\\draw[->] (c{from}) to[bend left=18] node[auto,inner sep=3pt] {{{}}} (c{to});\n",
            code(&format!("k[{rate}]"))
        ));
    }
    // Leaks go outward, to the left; what comes in and what is seen, outward, to the right and above.
    for (rate, place) in model.leaks.iter().enumerate() {
        let turned = angle(*place) + 40;
        text.push_str(&format!(
            "\\draw[->] (c{place}) -- +({turned}:9mm) node[shift={{({turned}:6mm)}}] {{{}}};\n",
            code(&format!("leak[{rate}]"))
        ));
    }
    for place in &model.inputs {
        let turned = angle(*place);
        text.push_str(&format!(
            "\\draw[<-] (c{place}) -- +({turned}:10mm) node[shift={{({turned}:2.5mm)}}] {{\\footnotesize in}};\n"
        ));
    }
    for place in &model.outputs {
        let turned = angle(*place) - 40;
        text.push_str(&format!(
            "\\draw[->,densely dashed] (c{place}) -- +({turned}:10mm) node[shift={{({turned}:3mm)}}] {{\\footnotesize out}};\n"
        ));
    }
    text.push_str("}\n");
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::digraph;

    #[test]
    fn compartments_are_drawn_with_their_edges_and_leaks() {
        let drawn = digraph("compartments(n=3, edges=[[0, 1], [1, 2]], leaks=[1], inputs=[0], outputs=[2])").unwrap();
        assert_eq!(drawn.matches("\\node[circle]").count(), 3, "{drawn}");
        assert_eq!(drawn.matches("bend left").count(), 2, "{drawn}");
        assert!(drawn.contains("(c1) -- +") && drawn.contains("leak"), "{drawn}");
        assert_eq!(digraph("lffn([2, 2])"), None);
    }
}
