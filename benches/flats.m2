-- The peer of benches/laws.rs: the cyclic flats of the Jacobian of lrnn(1, 3, 1, steps=7), 15 weights, with Macaulay2's Matroids
-- package, at one random point over the field of 32,003 elements.
--
--   M2 --script benches/flats.m2
--
-- A flat is cyclic if every element of it lies in a circuit inside it: if it is a union of circuits.
needsPackage "Matroids"
n = 3; steps = 7
F = ZZ/32003
R = F[d_1..d_n, w_1..w_(n^2), b_1..b_n]
D = matrix {toList(d_1..d_n)}
W = matrix apply(n, i -> apply(n, j -> w_(n*i+j+1)))
B = transpose matrix {toList(b_1..b_n)}
labels = apply(steps, k -> (D * W^k * B)_(0,0))
setRandomSeed 1
point = map(F, R, random(F^1, F^(numgens R)))
J = point jacobian matrix {labels}
M = matroid transpose J
start = cpuTime()
-- The complement of a cyclic flat is a flat of the dual matroid: what is a flat of both.
r = rank M
inCircuits = Z -> all(toList Z, e -> rank(M, Z - set{e}) == rank(M, Z))
found = select(flatten apply(r + 1, k -> flats(M, k, "")), inCircuits)
print(toString(#found) | " cyclic flats, seconds " | toString(cpuTime() - start))
