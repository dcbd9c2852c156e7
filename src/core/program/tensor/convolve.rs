//! Convolutions as learning libraries mean them: the kernel is not turned round.

use super::arithmetic::add_up;
use super::{Tensor, TensorError, entries_of, strides, walk};
use crate::program::{Recorder, Step};

impl Tensor {
    /// A convolution over the last `strides.len()` axes (1 for `conv1d`, 2 for `conv2d`): output place i is the sum over k of
    /// kernel\[k\] · input\[stride · i + k − padding\]; outside the input stands 0.
    ///
    /// Without channels, input and kernel have those axes only. With channels, the input is (channels in, …), the kernel
    /// (channels out, channels in, …) and the output (channels out, …). An axis before all of them is a batch.
    ///
    /// # Errors
    /// Shapes that do not fit, a stride below 1, a negative padding, or a step that cannot be recorded.
    pub fn convolve(
        recorder: &mut Recorder,
        input: &Tensor,
        kernel: &Tensor,
        stride: &[i64],
        padding: &[i64],
    ) -> Result<Tensor, TensorError> {
        let space = stride.len();
        let name = if space == 1 { "conv1d" } else { "conv2d" };
        let stride = at_least(name, "the stride", stride, 1)?;
        let padding = at_least(name, "the padding", padding, 0)?;
        if input.axes() == space + 2 && kernel.axes() == space + 2 {
            let (stride, padding) = (signed(&stride), signed(&padding));
            let each = |part: &Tensor| Tensor::convolve(recorder, part, kernel, &stride, &padding);
            let parts = input.parts()?.iter().map(each).collect::<Result<Vec<_>, _>>()?;
            return Tensor::stack(&parts, 0);
        }
        let pair =
            |problem: String, mend: String| TensorError::pair(name, (&input.shape, &kernel.shape), problem, mend);
        let channels = match (input.axes().checked_sub(space), kernel.axes().checked_sub(space)) {
            (Some(0), Some(0)) => None,
            (Some(1), Some(2)) if input.shape[0] == kernel.shape[1] => Some(kernel.shape[0]),
            (Some(1), Some(2)) => {
                let problem = format!("{} channels in against {} of the kernel", input.shape[0], kernel.shape[1]);
                return Err(pair(problem, "a kernel is (channels out, channels in, …)".to_owned()));
            }
            _ => {
                let axes = if space == 1 { "length" } else { "height, width" };
                let problem = "these are not an input and a kernel".to_owned();
                let mend = format!(
                    "without channels both are ({axes}); with channels the input is (channels, {axes}) and the kernel (channels out, channels in, {axes})"
                );
                return Err(pair(problem, mend));
            }
        };
        let (image, window) = (&input.shape[input.axes() - space..], &kernel.shape[kernel.axes() - space..]);
        let reach = |a: usize| (image[a] + 2 * padding[a]).checked_sub(window[a]).map(|r| r / stride[a] + 1);
        let Some(places) = (0..space).map(reach).collect::<Option<Vec<usize>>>() else {
            let problem = "the kernel is larger than the padded input".to_owned();
            return Err(pair(problem, "take a smaller kernel, a longer input, or padding".to_owned()));
        };
        let shape: Vec<usize> = channels.into_iter().chain(places.iter().copied()).collect();
        entries_of(name, &shape)?;
        let taps = Taps { image, window, stride: &stride, padding: &padding };
        let depth = channels.map_or(1, |_| input.shape[0]);
        let (image_size, window_size) = (image.iter().product::<usize>(), window.iter().product::<usize>());
        let mut entries = Vec::new();
        for out in 0..channels.unwrap_or(1) {
            for place in coordinates(&places) {
                let taps = taps.at(&place);
                let mut products: Vec<Step> = Vec::new();
                for channel in 0..depth {
                    let (from, with) = (channel * image_size, (out * depth + channel) * window_size);
                    for (at, k) in &taps {
                        products.push(recorder.mul(kernel.entries[with + k], input.entries[from + at])?);
                    }
                }
                entries.push(add_up(recorder, products)?);
            }
        }
        Ok(Tensor { shape, entries })
    }
}

/// Which entries of the image meet which of the kernel.
struct Taps<'a> {
    image: &'a [usize],
    window: &'a [usize],
    stride: &'a [usize],
    padding: &'a [usize],
}

impl Taps<'_> {
    /// (place in the image, place in the kernel) of one output place, without what lies outside the image.
    fn at(&self, place: &[usize]) -> Vec<(usize, usize)> {
        let of_image = strides(self.image);
        let tap = |(k, offset): (usize, Vec<usize>)| {
            let axis = |a: usize| {
                let at = (place[a] * self.stride[a] + offset[a]).checked_sub(self.padding[a])?;
                (at < self.image[a]).then(|| at * of_image[a])
            };
            let at = (0..self.image.len()).map(axis).sum::<Option<usize>>()?;
            Some((at, k))
        };
        coordinates(self.window).enumerate().filter_map(tap).collect()
    }
}

/// Every place of a shape, in order.
fn coordinates(shape: &[usize]) -> impl Iterator<Item = Vec<usize>> + '_ {
    let along = strides(shape);
    let all: Vec<usize> = walk(shape, &along).collect();
    all.into_iter().map(move |at| (0..shape.len()).map(|a| at / along[a] % shape[a]).collect())
}

fn at_least(operation: &'static str, what: &str, values: &[i64], least: i64) -> Result<Vec<usize>, TensorError> {
    let value = |v: &i64| {
        let fits = (least..=super::MOST_ENTRIES as i64).contains(v);
        let wrong = || TensorError::argument(operation, format!("{what} is {v}"), format!("it is at least {least}"));
        if fits { Ok(*v as usize) } else { Err(wrong()) }
    };
    values.iter().map(value).collect()
}

fn signed(values: &[usize]) -> Vec<i64> {
    values.iter().map(|v| *v as i64).collect()
}
