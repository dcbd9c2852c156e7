//! Functions of one number beyond polynomials and quotients.

/// exp, log or square root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Function {
    /// The exponential function.
    Exp,
    /// The natural logarithm.
    Log,
    /// The square root.
    Sqrt,
}

impl Function {
    /// All functions.
    pub const ALL: [Function; 3] = [Function::Exp, Function::Log, Function::Sqrt];

    /// As programs write it.
    pub fn name(self) -> &'static str {
        match self {
            Function::Exp => "exp",
            Function::Log => "log",
            Function::Sqrt => "sqrt",
        }
    }

    /// The function of that name.
    pub fn of_name(name: &str) -> Option<Self> {
        Function::ALL.into_iter().find(|function| function.name() == name)
    }
}

impl std::fmt::Display for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
