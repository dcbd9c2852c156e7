//! Match decisions for networks with kinks (ReLU), where only the last two layers learn.
//!
//! Then the network is one hidden layer over fixed inputs. The reachable labels are a union of pieces, one for each choice of
//! a cell of activation patterns for every hidden unit with learnable incoming weights; on a piece, labels are affine in
//! well-chosen variables, and a match is a system of linear equations and inequalities.

mod count;
mod decision;
mod laws;
mod lifted;
mod nearby;
mod pieces;
mod shape;
#[cfg(test)]
mod tests;

pub(super) use laws::{Bounds, bounds, memorised};
