//! Polynomials in one variable over a field: coefficients in a list, the constant first, the last not zero.

use crate::number::Field;

/// Whether a polynomial has no multiple root: gcd(f, f′) is constant. Costs degree² products.
///
/// Modulo a prime, a yes is a proof over the integers, too, if the leading coefficient does not vanish; a no is not.
pub fn is_squarefree<F: Field>(field: &F, f: &[F::Element]) -> bool {
    let derivative = trim(field, derivative(field, f));
    f.len() <= 1 || (!derivative.is_empty() && greatest_common_divisor(field, f.to_vec(), derivative).len() == 1)
}

fn derivative<F: Field>(field: &F, f: &[F::Element]) -> Vec<F::Element> {
    let terms = f.iter().enumerate().skip(1);
    terms.map(|(k, c)| field.mul(&field.integer(k as i64), c)).collect()
}

/// Euclid's algorithm, by cross-multiplication; the result is not made monic. The last coefficients may be zero here.
pub(super) fn greatest_common_divisor<F: Field>(field: &F, a: Vec<F::Element>, b: Vec<F::Element>) -> Vec<F::Element> {
    let (mut a, mut b) = (trim(field, a), trim(field, b));
    while let Some(lead) = b.last() {
        while a.len() >= b.len() {
            let Some(top) = a.pop() else {
                break;
            };
            let (factor, shift) = (field.neg(&top), a.len() + 1 - b.len());
            a.iter_mut().for_each(|entry| *entry = field.mul(entry, lead));
            for (entry, c) in a[shift..].iter_mut().zip(&b) {
                field.add_product(entry, &factor, c);
            }
            a = trim(field, a);
        }
        std::mem::swap(&mut a, &mut b);
    }
    a
}

fn trim<F: Field>(field: &F, mut f: Vec<F::Element>) -> Vec<F::Element> {
    while f.last().is_some_and(|c| field.is_zero(c)) {
        f.pop();
    }
    f
}
